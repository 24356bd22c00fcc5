import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createProgram } from '#cli/program.ts';
import { type CliRun, cli } from '#tests/harness/cli.ts';

/** They report nothing: what they do goes on, or is a script to be read by a shell. */
const WITHOUT_REPORT = new Set(['start', 'stop', 'gateway', 'completion', 'complete', 'help']);

/** It needs no stage that has a name, but the servers of the one that runs here. */
const NEEDS_WHAT_RUNS_HERE = 'console';

interface Leaf {
  readonly path: readonly string[];
  readonly command: Command;
}

const leavesOf = (command: Command, path: readonly string[] = []): Leaf[] =>
  command.commands.length === 0
    ? [{ path, command }]
    : command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]));

const leaves = leavesOf(createProgram()).filter(({ path }) => !WITHOUT_REPORT.has(path[0]!));
const has = ({ command }: Leaf, option: string): boolean => command.options.some(({ long }) => long === option);

/** Something to say for everything that a command insists on. */
function argumentsFor({ command }: Leaf): string[] {
  const values = command.registeredArguments.filter(({ required }) => required).map(() => 'CRMID:RB-1');
  const options = command.options.filter(({ mandatory }) => mandatory);
  return [
    ...values,
    ...options.flatMap(({ long }) => [long!, long === '--since' ? '2026-01-01T00:00:00Z' : 'webhook']),
  ];
}

function errorOf({ stderr }: CliRun): { readonly code?: string; readonly message: string } {
  const last = stderr.trimEnd().split('\n').at(-1)!;
  return (JSON.parse(last) as { error: { code?: string; message: string } }).error;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Nothing answers there, so that every command which needs a stage fails. */
function withoutStage(): void {
  const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '1' };
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  for (const [name, value] of Object.entries({ ...nowhere, ...keys })) vi.stubEnv(name, value);
}

describe('every command that reports', () => {
  it('has --json', () => {
    expect(leaves.length).toBeGreaterThan(40);
    expect(leaves.filter((leaf) => !has(leaf, '--json')).map(({ path }) => path.join(' '))).toEqual([]);
  });

  it.each(leaves.filter((leaf) => has(leaf, '--stage')).map((leaf) => [leaf.path.join(' '), leaf] as const))(
    'tells in JSON why it fails without its stage: %s',
    async (_, leaf) => {
      withoutStage();
      const asked = await cli(...leaf.path, ...argumentsFor(leaf), '--stage', 'nowhere', '--json');
      const plain = await cli(...leaf.path, ...argumentsFor(leaf), '--stage', 'nowhere');
      expect([asked.code, asked.stdout]).toEqual([1, '']);
      expect(plain.code).toBe(1);
      expect(plain.stderr).toContain(errorOf(asked).message);
      expect(plain.stderr).not.toContain('{"error"');
    },
  );

  it.each(leaves.map((leaf) => [leaf.path.join(' '), leaf] as const))(
    'tells in JSON that a command line is not understood: %s',
    async (_, leaf) => {
      const run = await cli(...leaf.path, ...argumentsFor(leaf), '--no-such-option', '--json');
      expect([run.code, run.stdout]).toEqual([2, '']);
      expect(errorOf(run)).toMatchObject({ code: 'usage', message: expect.stringContaining('--no-such-option') });
    },
  );
});

describe('what commands print with --json', () => {
  const NOW = '2026-06-01T00:00:00Z';
  const file = (name: string): string => join(folder, name);
  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(file(name), text);
    return file(name);
  };
  const example = ['--catalog', 'catalog'];

  /** Commands that need no stage, with what to give them. */
  const offline: readonly (readonly [line: string, prepare: () => Promise<readonly string[]>])[] = [
    ['catalog validate', async () => example],
    ['segment list', async () => example],
    ['segment plan', async () => [...example, 'cart-abandoners']],
    ['segment describe', async () => [...example, 'cart-abandoners']],
    ['policy check', async () => example],
    ['schema union', async () => example],
    ['source-connection key', async () => []],
    ['example generate', async () => ['--out', file('example'), '--people', '20', '--now', NOW]],
    [
      'replay',
      async () => [...example, '--input', `customers=${await put('c.csv', 'crmId,tier,updatedAt\nRB-1,,never\n')}`],
    ],
    [
      'mapping test',
      async () => [
        ...['customers', ...example],
        ...['--input', await put('mapped.ndjson', '{"crmId":"RB-1","updatedAt":"2026-05-01T10:00:00Z"}\n')],
      ],
    ],
    ['init', async () => [await put('shoppers.csv', 'id,city\n1,Ulm\n2,Bonn\n'), '--out', file('made')]],
    ['destination preview', async () => ['webhook', ...example, '--changes', await put('e.ndjson', '')]],
    ['destination describe', async () => ['http']],
    ['audience-manager read', async () => [await put('ftp_dpm_1234_1445374061.sync', '')]],
    [
      'identity simulate',
      async () => [await put('s.json', '{"namespacePriority":["CRMID"],"uniqueNamespaces":[],"events":[]}')],
    ],
    [
      'schema validate',
      async () => {
        await put('thing.schema.json', '{"$id":"urn:thing","type":"object"}');
        return ['urn:thing', '--schemas', folder, '--input', await put('r.json', '{}')];
      },
    ],
  ];

  it.each(offline)('is one line of JSON: %s', async (line, prepare) => {
    const { code, stdout } = await cli(...line.split(' '), ...(await prepare()), '--json');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toBeTypeOf('object');
  });

  it('is tried of all commands that need no stage', () => {
    const known = new Set([...offline.map(([line]) => line), NEEDS_WHAT_RUNS_HERE]);
    const needsNone = leaves.filter((leaf) => !has(leaf, '--stage')).map(({ path }) => path.join(' '));
    expect(needsNone.filter((line) => !known.has(line))).toEqual([]);
  });

  it('names each problem of a catalog that is wrong, with its place', async () => {
    await mkdir(file('namespaces'), { recursive: true });
    await put('namespaces/one.yaml', 'code: A B\nidType: EMAIL\n');
    const run = await cli('catalog', 'validate', '--catalog', folder, '--json');
    expect([run.code, run.stdout]).toEqual([1, '']);
    const { error } = JSON.parse(run.stderr.trimEnd().split('\n').at(-1)!) as {
      error: { code: string; problems: object[] };
    };
    expect(error.code).toBe('invalid-catalog');
    expect(error.problems[0]).toMatchObject({ file: expect.any(String), line: expect.any(Number) });
  });
});
