import { expect, it } from 'vitest';
import { addAssertions } from '#core/identity/add-assertions.ts';
import { NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import { eraseFromItem } from '#core/privacy/erase-item.ts';
import { emptyItem } from '#core/profile/profile-item.ts';
import { assertion, ecid, linkingRules, unlinking } from '#tests/harness/core/factories.ts';

it('a deleted person is in no statement of the link history, those on removed and withdrawn links included', () => {
  const limits = { lateness: 10, unlinkReach: 5, many: 0, most: 100 };
  const entries = [
    assertion(1, 'CRMID:ann', ecid(1)),
    assertion(2, 'CRMID:bob', ecid(1)),
    assertion(3, 'CRMID:ann', ecid(2)),
    unlinking(20, 'CRMID:ann', ecid(2)),
    assertion(50, 'CRMID:bob', ecid(3)),
    unlinking(51, 'CRMID:ann', ecid(1)),
  ];
  const { linkHistory } = addAssertions(NO_LINK_HISTORY, entries, linkingRules(), limits);
  expect(linkHistory.removed?.length).toBeGreaterThan(0);
  const { item } = eraseFromItem({ ...emptyItem(ecid(1)), linkHistory }, new Set(['CRMID:ann']));
  expect(JSON.stringify(item.linkHistory)).not.toContain('CRMID:ann');
  expect(JSON.stringify(item.linkHistory)).toContain('CRMID:bob');
});
