import { describe, expect, it } from 'vitest';
import { consequencesOf, namedIdentity, shownValue } from '#console/profiles/model.ts';

describe('people in the console', () => {
  it('are named by the namespace where the value is masked, and values by their labels', () => {
    expect(namedIdentity({ namespace: 'CRMID', value: 'RB-1' })).toBe('CRMID RB-1');
    expect(namedIdentity({ namespace: 'CRMID' })).toBe('CRMID •••••');
    expect(shownValue({ isMasked: true, labels: ['C2', 'I1'] })).toBe('••••• C2 I1');
    expect(shownValue({ value: { a: 1 } })).toBe('{"a":1}');
  });

  it('are told what follows of taking a link out: who enters and leaves what, and what destinations are told', () => {
    const none = { identities: [], entered: [], left: [] };
    expect(consequencesOf({ profiles: [none, none], destinations: [] })).toEqual([]);
    const lines = consequencesOf({
      profiles: [none, { ...none, entered: ['a', 'b'], left: ['c'] }],
      destinations: [{ id: 'webhook', added: 0, removed: 2 }],
    });
    expect(lines).toEqual([
      'Person 2 enters 2 audiences (a, b) · leaves 1 audience (c)',
      'webhook: 0 added, 2 removed',
    ]);
  });
});
