import { hash } from 'node:crypto';
import { addAssertions, linksOf } from '#core/identity/add-assertions.ts';
import { retryOnConflict } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { loadItems } from '../load.ts';
import type { UnlinkDeps } from './unlink.ts';

/** What links that somebody has asserted by hand have in place of a dataset. */
export const RELINK_SOURCE = 'relink';

/**
 * Links two identities again that were unlinked, as of now: as a record would that names both.
 * @returns `apart`: they were never together, so that only a record can link them
 * @throws ConflictError when others went on writing the same item first
 */
export async function relink(
  a: IdentityKey,
  b: IdentityKey,
  deps: UnlinkDeps,
): Promise<'linked' | 'rejected' | 'apart'> {
  const { profiles, rules } = deps;
  return retryOnConflict(async () => {
    const { items, unknown } = await loadItems([a, b], profiles);
    const [item, other] = items;
    if (!item || other || unknown.length > 0) return 'apart';
    const time = Math.max(deps.now(), (item.linkHistory.assertions.at(-1)?.time ?? 0) + 1);
    const id = hash('sha256', `${time}|${a}|${b}`, 'base64url').slice(0, 8);
    const assertion = { id, time, source: RELINK_SOURCE, identities: [a, b] };
    const { linkHistory } = addAssertions(item.linkHistory, [assertion], rules);
    const isLinked = linksOf(linkHistory, rules).some((link) =>
      [link.a, link.b].every((one) => one === a || one === b),
    );
    if (!isLinked) return 'rejected';
    await profiles.write({ item: { ...item, linkHistory }, pointers: [], mergedIn: [] });
    return 'linked';
  }, deps);
}
