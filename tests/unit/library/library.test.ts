import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { http } from '#core/activation/destinations/http/definition.ts';
import {
  type AnyDestination,
  defineDestination,
  defineDestinationType,
  destinationBase,
  type MembershipChange,
  previewDestination,
} from '#core/library/destinations.ts';
import { simulateGraphs } from '#core/library/identity.ts';
import { InputError } from '#core/library/input.ts';
import { checkPql, compilePql, PqlError, profileView, SegmentSetError } from '#core/library/pql.ts';
import { foldProfiles } from '#core/library/profile.ts';

const linking = { namespacePriority: ['CRMID', 'Email', 'ECID'], uniqueNamespaces: ['CRMID'] };
const now = Date.parse('2026-06-01T12:00:00Z');

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { message } of error.problems) expect(error.message).toContain(message);
    return error.problems.map(({ pointer }) => pointer);
  }
  throw new Error('nothing was rejected');
}

describe('what is given to the library', () => {
  it('is rejected with every place that is wrong', () => {
    const twice = { namespacePriority: ['CRMID', 'CRMID'], uniqueNamespaces: ['a:b'] };
    expect(problemsOf(() => simulateGraphs(twice, [['CRMID']]))).toEqual([
      '/namespacePriority/1',
      '/uniqueNamespaces/0',
      '/events/0/0',
    ]);
    const records = [
      { datasetId: 'crm', behaviour: 'record', identities: ['anna'], time: 'today', entity: {} },
    ] as const;
    expect(problemsOf(() => foldProfiles(records, linking))).toEqual(['/0/identities/0', '/0/time']);
    const policy = { attributeMerge: { type: 'dataSetPrecedence' as const, order: [] } };
    expect(problemsOf(() => foldProfiles([], { ...linking, mergePolicy: policy }))).toEqual(['/attributeMerge/order']);
    const pigeon = { id: 'a', type: 'pigeon', segments: [] } as never;
    expect(problemsOf(() => defineDestination(pigeon))).toEqual(['/type']);
    expect(problemsOf(() => profileView({}, [{ timestamp: '2026-01-01T00:00:00Z' }, {}]))).toEqual(['/1/timestamp']);
    expect(problemsOf(() => compilePql({ 'a b': 'x = 1' }))).toEqual(['/id']);
  });
});

describe('rules', () => {
  const schemas = [
    {
      $id: 'people',
      'meta:class': 'https://ns.adobe.com/xdm/context/profile',
      properties: { age: { type: 'integer' } },
    },
  ];

  it('are checked against schemas, other segments and the grammar, each problem at its place', () => {
    const found = (text: string) =>
      checkPql(text, { schemas, segmentIds: ['old'] }).map(({ line, column, hint }) => ({ line, column, hint }));
    expect(found('age > 3 and inSegment("old")')).toEqual([]);
    expect(found('agee > 3\nand inSegment("odl")')).toEqual([
      { line: 1, column: 1, hint: expect.stringContaining('age') },
      { line: 2, column: 15, hint: expect.stringContaining('old') },
    ]);
    expect(found('age >')).toHaveLength(1);
    expect(checkPql('anything = 1')).toEqual([]);
  });

  it('that cannot be compiled say which one it is', () => {
    expect(() => compilePql({ good: 'a = 1', bad: 'a =' })).toThrow(PqlError);
    expect(() => compilePql({ bad: 'inSegment("none")' })).toThrow(SegmentSetError);
  });

  it('change with time alone at the instant that was foretold', () => {
    const rules = compilePql({ recent: 'xEvent[timestamp occurs <= 2 days before now].count() >= 1' });
    const profile = profileView({}, [{ timestamp: '2026-05-31T00:00:00Z' }]);
    const next = rules.nextChange(profile, now)!;
    expect(new Date(next).toISOString()).toBe('2026-06-02T00:00:00.001Z');
    expect([now, next - 1, next].map((at) => rules.evaluate(profile, at).get('recent'))).toEqual([true, true, false]);
  });
});

describe('destinations', () => {
  const changes: readonly MembershipChange[] = [
    ...Array.from({ length: 12 }, (_, i) => ({
      segmentId: 'buyers',
      status: i % 3 ? ('realized' as const) : ('exited' as const),
      lastQualificationTime: now - i,
      identities: [`CRMID:${i}`, `Email:${i}@example.com`],
      attributes: { person: { name: { firstName: `N${i}` } } },
    })),
    { segmentId: 'buyers', status: 'realized', lastQualificationTime: now, identities: ['ECID:1'] },
    { segmentId: 'others', status: 'realized', lastQualificationTime: now, identities: ['CRMID:1'] },
  ];
  const built = { id: 'hook', segments: ['buyers'], enabled: true, url: 'https://hooks.example.com/' };
  const mapping = { identities: ['CRMID'], attributes: ['person.name.firstName'] };

  it('of a type of your own are sent exactly what one of the same built-in type is', () => {
    const webhook = defineDestination({ ...built, ...mapping, type: 'http' });
    const type = defineDestinationType({
      ...http,
      definition: z.looseObject({ ...destinationBase, type: z.literal('own') }) as unknown as z.ZodType<
        Parameters<typeof http.limits>[0] & AnyDestination
      >,
    });
    const own = previewDestination({ ...built, ...mapping, type: 'own' } as never, changes, { now, linking, type });
    const expected = previewDestination(webhook, changes, { now, linking });
    expect(own).toEqual(expected);
    expect(expected.requests).toHaveLength(2);
    expect(expected.excluded).toEqual({ noAcceptedIdentity: 1, segmentNotActivated: 1 });
  });

  it('of a type of your own are rejected where they are not of it', () => {
    const type = defineDestinationType({ ...http, definition: z.strictObject({ type: z.literal('own') }) as never });
    expect(problemsOf(() => previewDestination({ type: 'else' } as never, [], { now, type: type as never }))).toEqual([
      '/type',
    ]);
  });

  it('reject changes that have no status or no instant', () => {
    const wrong = [{ segmentId: 'a', status: 'maybe', lastQualificationTime: 'now', identities: [] }] as never;
    const webhook = defineDestination({ ...built, type: 'http' });
    expect(problemsOf(() => previewDestination(webhook, wrong, { now }))).toEqual([
      '/0/status',
      '/0/lastQualificationTime',
    ]);
  });
});
