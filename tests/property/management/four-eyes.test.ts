import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caller } from '#core/callers/caller.ts';
import { definitionChanges, definitionsByName } from '#core/catalog/definition-changes.ts';
import { createManagement } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

const WORLD: readonly Caller[] = [
  { id: 'ada', name: 'Ada', kind: 'person', scopes: ['govern', 'audience:write'] },
  { id: 'bob', name: 'Bob', kind: 'person', scopes: ['govern'] },
  { id: 'eve', name: 'Eve', kind: 'person', scopes: ['audience:write'] },
  { id: 'robot', name: 'Robot', kind: 'client', scopes: ['govern', 'admin'] },
];
const caller = fc.constantFrom(...WORLD);
const step = fc.oneof(
  fc.record({ does: fc.constant('govern' as const), caller, name: fc.constantFrom('A', 'B') }),
  fc.record({ does: fc.constant('rename' as const), caller, name: fc.constantFrom('X', 'Y') }),
  fc.record({ does: fc.constant('approve' as const), caller, which: fc.nat(3), twice: fc.boolean() }),
);

const POLICY = '/tributary/definitions/merge-policies/default';
const SEGMENT = '/tributary/definitions/segments/gold-and-silver';

describe('what needs a second person', () => {
  it('never becomes active by one, whatever they do in whatever order', async () => {
    const catalog = await exampleDefinitions();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const management = createManagement(catalog, { fourEyes: ['govern'] });
        const asked: { id: string; by: string }[] = [];
        for (const each of steps) {
          const before = (await management.definitions.active()).catalog;
          management.actAs(each.caller);
          let makers: readonly string[] = [each.caller.id];
          if (each.does === 'approve') {
            const approval = asked[each.which];
            if (!approval) continue;
            const address = `/tributary/approvals/${approval.id}/approve`;
            const approvals = Array.from({ length: each.twice ? 2 : 1 }, () => management.call('POST', address));
            const done = (await Promise.all(approvals)).filter(({ status }) => status === 200);
            expect(done.length).toBeLessThanOrEqual(1);
            makers = [approval.by, each.caller.id];
          } else {
            const address = each.does === 'govern' ? POLICY : SEGMENT;
            const { body: value } = await management.call('GET', address);
            const { status, body } = await management.call('PUT', address, { ...value, name: each.name });
            if (status === 202) asked.push({ id: body.approval.id, by: each.caller.id });
          }
          const after = (await management.definitions.active()).catalog;
          const changed = definitionChanges(definitionsByName(before), definitionsByName(after));
          if (!changed.some(({ key }) => key.startsWith('merge-policies/'))) continue;
          expect(new Set(makers).size).toBe(2);
          expect(each.caller.kind).toBe('person');
          expect(each.caller.scopes).toContain('govern');
        }
      }),
      runs(0.5, 20),
    );
  });

  it('is made as it was asked for, beside what others have changed meanwhile, and is told with both', async () => {
    const management = createManagement(await exampleDefinitions(), { fourEyes: ['govern'] });
    const [ada, bob] = [WORLD[0]!, WORLD[1]!];
    management.actAs(ada);
    const { body: value } = await management.call('GET', POLICY);
    const { status, body } = await management.call('PUT', POLICY, { ...value, name: 'For all' });
    expect([status, body.approval]).toMatchObject([202, { status: 'waiting', summary: 'merge-policies/default' }]);
    const { body: segment } = await management.call('GET', SEGMENT);
    await management.call('PUT', SEGMENT, { ...segment, name: 'Renamed' });
    const mine = await management.call('POST', `/tributary/approvals/${body.approval.id}/approve`);
    expect([mine.status, mine.body.detail]).toEqual([409, 'Somebody else has to approve what you have asked for']);
    management.actAs(bob);
    const shown = await management.call('GET', `/tributary/approvals/${body.approval.id}`);
    expect(shown.body.changes).toEqual([
      { kind: 'merge-policies', name: 'default', value: { ...value, name: 'For all' } },
    ]);
    expect((await management.call('POST', `/tributary/approvals/${body.approval.id}/approve`)).status).toBe(200);
    expect((await management.call('GET', POLICY)).body.name).toBe('For all');
    expect((await management.call('GET', SEGMENT)).body.name).toBe('Renamed');
    const { body: history } = await management.call('GET', '/tributary/definitions/history');
    expect(history.versions[0]).toMatchObject({ by: 'ada', comment: expect.stringContaining('approved by bob') });
    const { body: listed } = await management.call('GET', '/tributary/approvals');
    expect(listed.approvals).toMatchObject([{ status: 'made', askedBy: { id: 'ada' }, approvedBy: { id: 'bob' } }]);
  });

  it('is asked for again when what it builds on has changed', async () => {
    const management = createManagement(await exampleDefinitions(), { fourEyes: ['govern'] });
    const asked: string[] = [];
    management.actAs(WORLD[0]!);
    const { body: value } = await management.call('GET', POLICY);
    for (const name of ['First', 'Second']) {
      const { body } = await management.call('PUT', POLICY, { ...value, name });
      asked.push(body.approval.id);
    }
    management.actAs(WORLD[1]!);
    const [first, second] = asked.map((id) => `/tributary/approvals/${id}/approve`);
    expect((await management.call('POST', first!)).status).toBe(200);
    const { status, body } = await management.call('POST', second!);
    expect([status, body.detail]).toEqual([409, expect.stringContaining('Something else was approved')]);
    expect((await management.call('GET', POLICY)).body.name).toBe('First');
  });
});
