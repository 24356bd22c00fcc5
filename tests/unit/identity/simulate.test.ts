import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '#tests/harness/cli.ts';
import { describeIdentityCases, sortedGraphs } from '#tests/harness/identity-cases.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function simulateText(text: string, ...options: string[]) {
  const file = join(folder, 'input.json');
  writeFileSync(file, text);
  const { code, stdout, stderr } = await cli('identity', 'simulate', file, ...options);
  return { code, stdout, stderr: stderr.replaceAll(file, 'FILE') };
}

async function simulate(input: object, ...options: string[]) {
  const { code, stdout, stderr } = await simulateText(JSON.stringify(input), ...options);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as {
    graphs: string[][];
    withoutGraph: string[];
    removedLinks: { atEvent: number; link: string[] }[];
  };
}

describeIdentityCases('identity simulate on worked cases', (cases) => {
  it.each(cases)('gives what is written of $id: $title', async (one) => {
    const { graphs, withoutGraph } = await simulate(one);
    expect(graphs).toEqual(sortedGraphs(one.expectedGraphs));
    expect(withoutGraph).toEqual([...one.identitiesWithoutGraph].sort());
  });
});

describe('identity simulate', () => {
  const people = { namespacePriority: ['CRMID', 'Email', 'ECID'], uniqueNamespaces: ['CRMID', 'Email'] };
  const logins = { namespacePriority: ['CRMID', 'loginID', 'ECID'], uniqueNamespaces: ['CRMID'] };

  it('says which link was removed at which event', async () => {
    const result = await simulate({
      ...people,
      events: [['CRMID:Tom', 'ECID:1'], ['CRMID:Sue', 'ECID:1'], ['ECID:1']],
    });
    expect(result).toEqual({
      graphs: [['CRMID:Sue', 'ECID:1']],
      withoutGraph: ['CRMID:Tom'],
      removedLinks: [{ atEvent: 1, link: ['CRMID:Tom', 'ECID:1'] }],
    });
  });

  it('takes the loose end of a guest to whoever uses the device next, until a person claims the address', async () => {
    const guest = [
      ['CRMID:Tom', 'Email:tom'],
      ['CRMID:Tom', 'ECID:1'],
      ['Email:guest', 'ECID:1'],
    ];
    expect((await simulate({ ...people, events: guest })).graphs).toEqual([
      ['CRMID:Tom', 'Email:tom'],
      ['ECID:1', 'Email:guest'],
    ]);
    const claimed = [...guest, ['CRMID:Sue', 'Email:guest']];
    expect((await simulate({ ...people, events: claimed })).graphs).toEqual([
      ['CRMID:Sue', 'ECID:1', 'Email:guest'],
      ['CRMID:Tom', 'Email:tom'],
    ]);
  });

  it('cuts a graph of three levels at its weakest link, not at its oldest', async () => {
    const events = [
      ['CRMID:Tom', 'loginID:A'],
      ['loginID:A', 'ECID:1'],
      ['CRMID:Sue', 'loginID:B'],
      ['loginID:B', 'ECID:2'],
      ['ECID:1', 'ECID:2'],
    ];
    const { graphs, removedLinks } = await simulate({ ...logins, events });
    expect(graphs).toEqual([
      ['CRMID:Sue', 'ECID:1', 'ECID:2', 'loginID:B'],
      ['CRMID:Tom', 'loginID:A'],
    ]);
    expect(removedLinks).toEqual([{ atEvent: 4, link: ['ECID:1', 'loginID:A'] }]);
  });

  it('deletes the hub of a full graph, and what only the hub held', async () => {
    const events = [
      ['ECID:hub', 'IDFA:1'],
      ['ECID:hub', 'IDFA:2'],
      ['CRMID:Tom', 'IDFA:2'],
      ['CRMID:Tom', 'ECID:new'],
    ];
    expect(await simulate({ ...people, limit: 4, events })).toEqual({
      graphs: [['CRMID:Tom', 'ECID:new', 'IDFA:2']],
      withoutGraph: ['ECID:hub', 'IDFA:1'],
      removedLinks: [
        { atEvent: 3, link: ['ECID:hub', 'IDFA:1'] },
        { atEvent: 3, link: ['ECID:hub', 'IDFA:2'] },
      ],
    });
  });

  it('deletes by the type that the file gives to a namespace of its own', async () => {
    const events = [
      ['CRMID:Tom', 'appId:1'],
      ['CRMID:Tom', 'shop:1'],
      ['CRMID:Tom', 'shop:2'],
    ];
    const withTypes = { ...people, limit: 3, events, namespaceTypes: { shop: 'COOKIE' } };
    expect((await simulate(withTypes)).withoutGraph).toEqual(['shop:1']);
    expect((await simulate({ ...withTypes, namespaceTypes: {} })).withoutGraph).toEqual(['appId:1']);
  });

  it('takes events in the order of "at", as ISO 8601 or milliseconds, and keeps the places of the file', async () => {
    const events = [
      { at: '2026-01-01T12:00:00+01:00', identities: ['CRMID:Tom', 'ECID:1'] },
      { at: Date.parse('2026-01-01T10:00:00Z'), identities: ['CRMID:Sue', 'ECID:1'] },
    ];
    expect(await simulate({ ...people, events })).toMatchObject({
      graphs: [['CRMID:Tom', 'ECID:1']],
      removedLinks: [{ atEvent: 0, link: ['CRMID:Sue', 'ECID:1'] }],
    });
  });

  it('takes of events of one instant the one whose identities come first in the alphabet as the latest', async () => {
    const at = '2026-01-01T12:00:00Z';
    const tom = { at, identities: ['CRMID:Tom', 'ECID:1'] };
    const sue = { at: '2026-01-01T13:00:00+01:00', identities: ['ECID:1', 'CRMID:Sue'] };
    for (const events of [
      [tom, sue],
      [sue, tom],
    ]) {
      expect(await simulate({ ...people, events })).toMatchObject({ graphs: [['CRMID:Sue', 'ECID:1']] });
    }
    // One that says no time comes after the one before it.
    const { graphs } = await simulate({ ...people, events: [sue, tom.identities] });
    expect(graphs).toEqual([['CRMID:Tom', 'ECID:1']]);
  });

  it('rejects an event with two values of a unique namespace, and says so', async () => {
    const input = JSON.stringify({ ...people, events: [['CRMID:Tom', 'CRMID:Sue', 'ECID:1']] });
    const { stdout, stderr } = await simulateText(input);
    expect(JSON.parse(stdout)).toEqual({
      graphs: [],
      withoutGraph: ['CRMID:Sue', 'CRMID:Tom', 'ECID:1'],
      removedLinks: [],
    });
    expect(stderr).toBe('FILE: /events/0: not linked, or not completely: two-values-of-unique-namespace\n');
  });

  it('applies the rules for single values when asked', async () => {
    const input = {
      ...people,
      events: [
        ['CRMID:Tom', 'ECID:1'],
        ['CRMID:anonymous', 'Email:tom', 'CRMID:Tom'],
      ],
    };
    expect((await simulate(input, '--value-rules')).graphs).toEqual([['CRMID:Tom', 'Email:tom']]);
  });

  it('never links what is no person', async () => {
    const input = { ...people, namespaceTypes: { sku: 'NON_PEOPLE' }, events: [['CRMID:Tom', 'sku:1', 'ECID:1']] };
    expect(await simulate(input)).toMatchObject({ graphs: [['CRMID:Tom', 'ECID:1']], withoutGraph: ['sku:1'] });
  });

  it.each([
    ['{', /^FILE is not JSON: /],
    ['[]', /^FILE: the whole: /],
    ['{"uniqueNamespaces":[],"events":[]}', /^FILE: \/namespacePriority: /],
    ['{"namespacePriority":["A","A"],"uniqueNamespaces":[],"events":[]}', /\/namespacePriority\/1: "A" is named twice/],
    ['{"namespacePriority":["A"],"uniqueNamespaces":"A","events":[]}', /\/uniqueNamespaces: /],
    ['{"namespacePriority":["A"],"uniqueNamespaces":[],"limit":1,"events":[]}', /\/limit: /],
    [
      '{"namespacePriority":["A"],"uniqueNamespaces":[],"events":[["A:1"],["A"]]}',
      /\/events\/1\/0: expected "NAMESPACE:v/,
    ],
    ['{"namespacePriority":["A"],"uniqueNamespaces":[],"events":["A:1"]}', /\/events\/0: expected a list of/],
    [
      '{"namespacePriority":["A"],"uniqueNamespaces":[],"events":[{"at":"noon","identities":[]}]}',
      /\/events\/0\/at: expected an instant/,
    ],
    [
      '{"namespacePriority":["A"],"uniqueNamespaces":[],"namespaceTypes":{"A":"BISCUIT"},"events":[]}',
      /\/namespaceTypes\/A: /,
    ],
  ])('says what is wrong with %s, and where', async (text, message) => {
    const { code, stdout, stderr } = await simulateText(text);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('says which file cannot be read', async () => {
    const { code, stderr } = await cli('identity', 'simulate', join(folder, 'absent.json'));
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/absent\.json cannot be read/) });
  });
});
