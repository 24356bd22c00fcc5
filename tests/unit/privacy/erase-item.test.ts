import { expect, it } from 'vitest';
import { addAssertions } from '#core/identity/evidence.ts';
import { NO_EVIDENCE } from '#core/identity/link-history.ts';
import { eraseFromItem } from '#core/privacy/erase-item.ts';
import { emptyItem } from '#core/profile/profile-item.ts';
import { assertion, ecid, linkRules, withdrawal } from '#tests/harness/core/factories.ts';

it('a deleted person is in no statement of the evidence, those on removed and withdrawn links included', () => {
  const limits = { lateness: 10, undo: 5, many: 0, most: 100 };
  const entries = [
    assertion(1, 'CRMID:ann', ecid(1)),
    assertion(2, 'CRMID:bob', ecid(1)),
    assertion(3, 'CRMID:ann', ecid(2)),
    withdrawal(20, 'CRMID:ann', ecid(2)),
    assertion(50, 'CRMID:bob', ecid(3)),
    withdrawal(51, 'CRMID:ann', ecid(1)),
  ];
  const { evidence } = addAssertions(NO_EVIDENCE, entries, linkRules(), limits);
  expect(evidence.removed?.length).toBeGreaterThan(0);
  const { item } = eraseFromItem({ ...emptyItem(ecid(1)), evidence }, new Set(['CRMID:ann']), {
    at: 60,
    requestId: 'r',
  });
  expect(JSON.stringify(item.evidence)).not.toContain('CRMID:ann');
  expect(JSON.stringify(item.evidence)).toContain('CRMID:bob');
});
