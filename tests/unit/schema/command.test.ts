import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '#cli/program.ts';
import { extensible } from '#tests/harness/core/schemas.ts';

const NS = 'https://ns.example.com';

describe('tributary schema validate', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'schema-'));
    await put(
      'schemas/components/datatypes/item.schema.json',
      extensible(`${NS}/item`, { 'ex:n': { type: 'number' } }),
    );
    await put('schemas/components/classes/event.schema.json', {
      ...extensible(`${NS}/event`, { 'ex:item': { $ref: `${NS}/item` } }),
      required: ['@id'],
    });
    // As a checkout of the repository has them: records, copies for reading, and a file that is broken.
    await put('schemas/components/classes/event.example.1.json', { $id: `${NS}/event` });
    await put('schemas/docs/reference/event.schema.json', { $id: `${NS}/event`, type: 'string' });
    await put('schemas/components/endless.schema.json', {
      $id: `${NS}/endless`,
      properties: { x: { $ref: '#/definitions/a' } },
      definitions: { a: { allOf: [{ $ref: '#/definitions/a' }] } },
    });
    await put('schemas/extensions/broken.schema.json', '{ "$id": "x",\n "type": "a" "b" }');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function put(path: string, content: string | Uint8Array | object): Promise<string> {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(file, isRaw ? content : JSON.stringify(content));
    return file;
  }

  async function run(schema: string, input: string, ...more: string[]) {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const args = [schema, '--schemas', join(folder, 'schemas'), '--input', input, ...more];
      const exit = await runCli(['schema', 'validate', ...args]);
      return { exit, stdout: out.mock.calls.map(String).join(''), stderr: err.mock.calls.map(String).join('') };
    } finally {
      vi.restoreAllMocks();
    }
  }

  const missingId = { pointer: '/@id', keyword: 'required', expected: 'a value', found: 'nothing' };
  const wrongType = { pointer: '/ex:item/ex:n', keyword: 'type', expected: 'number', found: 'string' };

  it('tells every record that is rejected, and ends with 1', async () => {
    const input = await put('in.ndjson', '{"@id":"1"}\n{"ex:item":{"ex:n":"secret"}}\n{"@id":\n{"@id":"4"}\n');
    const { exit, stdout } = await run(`${NS}/event`, input, '--json');
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      accepted: 2,
      rejected: [
        { record: 2, errors: expect.arrayContaining([missingId, wrongType]) },
        { record: 3, errors: [{ pointer: '', keyword: 'parse', expected: 'one JSON value', found: 'other text' }] },
      ],
    });
    expect(stdout).not.toContain('secret');
  });

  it('ends with 0 when nothing was rejected', async () => {
    const { exit, stdout, stderr } = await run(`${NS}/event`, await put('in.json', { '@id': '1' }), '--json');
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"accepted":1,"rejected":[]}\n' });
    expect(stderr).toBe('warning: extensions/broken.schema.json was omitted: it is not JSON: line 2, column 14\n');
  });

  it.each([
    ['one object over several lines', 'in.json', '{\n  "@id": "1"\n}', 1],
    ['a list', 'in.json', '[{"@id":"1"},\n{"@id":"2"}]', 2],
    ['a record a line', 'in.json', '{"@id":"1"}\n{"@id":"2"}', 2],
    ['lines under another name', 'in.txt', '{"@id":"1"}\r\n{"@id":"2"}\r\n', 2],
    ['gzip', 'in.ndjson.gz', gzipSync('{"@id":"1"}\n{"@id":"2"}\n'), 2],
    ['gzip that does not say so', 'in.json', gzipSync('[{"@id":"1"}]'), 1],
    ['a byte order mark', 'in.json', '\uFEFF{"@id":"1"}', 1],
    ['no record', 'in.json', '[]', 0],
  ])('reads %s', async (_, name, content, accepted) => {
    const { exit, stdout } = await run(`${NS}/event`, await put(name, content), '--json');
    expect({ exit, ...JSON.parse(stdout) }).toEqual({ exit: 0, accepted, rejected: [] });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['half a record', '{"@id":"1"'],
    ['half a list', '[{"@id":"1"}, {"@id"'],
    ['text that is not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a gzip', gzipSync('{"@id":"1"}').subarray(0, -12)],
    ['keys that reach into prototypes', '{"@id":"1","__proto__":{"x":1}}'],
    ['nesting without end', `${'['.repeat(100_000)}`],
    ['deep nesting', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
  ])('rejects %s as a record that can\u2019t be read', async (_, content) => {
    const { exit, stdout } = await run(`${NS}/event`, await put('in.json', content), '--json');
    const { rejected } = JSON.parse(stdout);
    expect(exit).toBe(1);
    expect(rejected.at(-1).errors).toEqual([expect.objectContaining({ keyword: 'parse', pointer: '' })]);
  });

  it('reads records that are piped in', async () => {
    const lines = Readable.from([Buffer.from('{"@id":"1"}\n{"ex:i'), Buffer.from('tem":{}}\n')]);
    const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(lines as typeof process.stdin);
    const { exit, stdout } = await run(`${NS}/event`, '-', '--json').finally(() => stdin.mockRestore());
    expect({ exit, ...JSON.parse(stdout) }).toMatchObject({ exit: 1, accepted: 1, rejected: [{ record: 2 }] });
  });

  it('reads what is no file but can be read, such as a pipe of the shell', async () => {
    const pipe = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const written = writeFile(pipe, '[{"@id":"1"},{"@id":"2"}]');
    const { stdout } = await run(`${NS}/event`, pipe, '--json');
    await written;
    expect(JSON.parse(stdout)).toEqual({ accepted: 2, rejected: [] });
  });

  it('says that a folder is no file', async () => {
    const { exit, stdout, stderr } = await run(`${NS}/event`, folder, '--json');
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    expect(stderr).toMatch(/is a folder\. Give one file/);
  });

  it('finds the schema by its file, and by a definition in it', async () => {
    const input = await put('in.json', { 'ex:n': 'x' });
    const expected = [{ ...wrongType, pointer: '/ex:n' }];
    for (const name of [
      'components/datatypes/item.schema.json',
      join(folder, 'schemas/components/datatypes/item.schema.json'),
      `${NS}/item#/definitions/own`,
    ]) {
      expect(JSON.parse((await run(name, input, '--json')).stdout).rejected[0].errors, name).toEqual(expected);
    }
  });

  it('takes a file from outside the folder', async () => {
    const file = await put('mine.schema.json', { properties: { i: { $ref: `${NS}/item` } } });
    expect((await run(file, await put('in.json', { i: { 'ex:n': 1 } }))).stdout).toBe('1 accepted, 0 rejected\n');
  });

  it('knows what a schema is', async () => {
    const file = await put('meta.schema.json', { allOf: [{ $ref: 'http://json-schema.org/draft-06/schema#' }] });
    const input = await put('in.json', [{ type: 'string', properties: { a: true } }, { type: 'text' }]);
    expect(JSON.parse((await run(file, input, '--json')).stdout)).toMatchObject({
      accepted: 1,
      rejected: [{ record: 2 }],
    });
  });

  it('takes what the folder itself says a schema is', async () => {
    const $id = 'http://json-schema.org/draft-06/schema#';
    await put('schemas/draft-06.schema.json', { $id, required: ['title'] });
    const { stdout } = await run($id, await put('in.json', [{ title: 'x' }, {}]), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 1, rejected: [{ record: 2 }] });
  });

  it('tells at most twenty faults of a record', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, { type: 'string' }]));
    const file = await put('many.schema.json', { properties: many });
    const input = await put('in.json', Object.fromEntries(Object.keys(many).map((name) => [name, 1])));
    expect(JSON.parse((await run(file, input, '--json')).stdout).rejected[0].errors.length).toBe(20);
  });

  it.each([
    [`${NS}/evnt`, /has the \$id "https:\/\/ns.example.com\/evnt".*did you mean "https:\/\/ns.example.com\/event"/],
    ['extensions/broken.schema.json', /broken.schema.json could not be read: it is not JSON: line 2, column 14/],
    [`${NS}/event#/definitions/none`, /leads nowhere/],
    [`${NS}/endless`, /components\/endless.schema.json#\/definitions\/a {2}this schema refers to itself without end/],
  ])('says what is wrong with %s', async (schema, message) => {
    const { exit, stderr } = await run(schema, await put('in.json', {}));
    expect(exit).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('says which file a reference misses, and which could not be read', async () => {
    const file = await put('schemas/root.schema.json', { $id: `${NS}/root`, allOf: [{ $ref: 'x' }] });
    const { exit, stdout, stderr } = await run(file, await put('in.json', {}), '--json');
    expect(exit).toBe(1);
    const error = {
      pointer: '',
      keyword: '$ref',
      expected: 'a value of the schema x, which is not there',
      found: 'object',
    };
    expect(JSON.parse(stdout)).toEqual({ accepted: 0, rejected: [{ record: 1, errors: [error] }] });
    expect(stderr).toMatch(/warning: root.schema.json#\/allOf\/0\/\$ref {2}no schema has the \$id "x"/);
    expect(stderr).toMatch(/broken.schema.json was omitted/);
  });

  it.each([
    ['in a field', { properties: { a: { $ref: 'x' } } }],
    ['in what is forbidden', { properties: { a: { not: { $ref: 'x' } } } }],
    ['in one of several', { properties: { a: { anyOf: [{ $ref: `${NS}/item#/none` }, {}] } } }],
  ])('looks at records that do not come by a reference that leads nowhere: %s', async (_, schema) => {
    const file = await put('schemas/root.schema.json', { $id: `${NS}/root`, ...schema });
    const input = await put('in.json', [{ b: 1 }, { a: 1 }]);
    const { exit, stdout } = await run(file, input, '--json');
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      accepted: 1,
      rejected: [
        { record: 2, errors: expect.arrayContaining([expect.objectContaining({ pointer: '/a', keyword: '$ref' })]) },
      ],
    });
  });

  it('tells some of many references that lead nowhere', async () => {
    const missing = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, { $ref: `${NS}/none/${i}` }]));
    const file = await put('schemas/root.schema.json', { $id: `${NS}/root`, properties: missing });
    const { exit, stderr } = await run(file, await put('in.json', {}), '--json');
    expect(exit).toBe(0);
    expect(stderr.match(/no schema has the \$id/g)).toHaveLength(20);
    expect(stderr).toMatch('warning: 30 more references lead nowhere');
  });
});
