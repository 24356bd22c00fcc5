import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  APPROVAL_MS,
  type Approval,
  approve,
  askForApproval,
  needsApproval,
  useApproval,
} from '#core/callers/approval.ts';
import type { Caller } from '#core/callers/caller.ts';
import { runs } from '#tests/harness/runs.ts';

const START = Date.parse('2026-03-01T00:00:00Z');

const caller: fc.Arbitrary<Caller> = fc.record({
  id: fc.constantFrom('ada', 'bob', 'eve'),
  name: fc.constant('somebody'),
  kind: fc.constantFrom('client', 'person', 'aws', 'connection'),
  scopes: fc.subarray(['govern', 'content:publish', 'admin']),
});
const step = fc.record({
  does: fc.constantFrom('approve', 'use'),
  caller,
  change: fc.constantFrom('the change', 'another change'),
  after: fc.constantFrom(0, 1_000, APPROVAL_MS / 2),
});

describe('a change that needs four eyes', () => {
  it('is made at most once, as it was asked for, after a second person with its scope has approved it in time', () => {
    fc.assert(
      fc.property(caller, fc.array(step, { maxLength: 12 }), (asker, steps) => {
        let now = START;
        let approval: Approval = askForApproval(
          { id: 'a', scope: 'govern', change: 'the change', summary: 'A label' },
          asker,
          now,
        );
        let made = 0;
        for (const { does, caller: who, change, after } of steps) {
          now += after;
          const next = does === 'approve' ? approve(approval, who, now) : useApproval(approval, change, now);
          if (typeof next === 'string') {
            expect(next.length).toBeGreaterThan(10);
            continue;
          }
          expect(now - START).toBeLessThan(APPROVAL_MS);
          if (does === 'approve') {
            expect(who.id).not.toBe(asker.id);
            expect(['person', 'aws']).toContain(who.kind);
            expect(who.scopes).toContain('govern');
          } else {
            expect([approval.approvedBy !== undefined, change]).toEqual([true, 'the change']);
            made++;
          }
          approval = next;
        }
        expect(made).toBeLessThanOrEqual(1);
      }),
      runs(20, 500),
    );
  });

  it('is one of a scope of which the stage says so', () => {
    expect(needsApproval('govern', ['govern'])).toBe(true);
    expect(needsApproval('audience:write', ['govern', 'content:publish'])).toBe(false);
    expect(needsApproval('govern', [])).toBe(false);
  });
});
