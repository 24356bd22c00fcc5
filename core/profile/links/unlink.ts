import { hash } from 'node:crypto';
import { addAssertions, linksOf } from '#core/identity/add-assertions.ts';
import { shortestPath } from '#core/identity/link-paths.ts';
import type { Assertion, Link, LinkingRules, Unlinking } from '#core/identity/linking-rules.ts';
import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { loadItems } from '../load.ts';
import type { ProfileStore } from '../ports/profile-store.ts';
import type { ProfileItem } from '../profile-item.ts';

export interface UnlinkDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly rules: LinkingRules;
  /** Epoch ms. */
  now(): number;
}

export type Unlinked =
  /** The link was withdrawn. `remaining`: other links by which the two still are on one profile. */
  | { readonly outcome: 'withdrawn'; readonly link: Link; readonly remaining: readonly Link[] }
  /** There is no link between the two. `connection`: the links by which they are on one profile all the same. */
  | { readonly outcome: 'not-linked'; readonly connection: readonly Link[] }
  | { readonly outcome: 'unknown-identity'; readonly identity: IdentityKey };

/**
 * Withdraws the link between two identities, as of now. Profiles, audiences and destinations follow, because the item
 * has changed. A later record that names both links them again.
 * @throws ConflictError when others went on writing the same item first
 */
export async function unlink(
  a: IdentityKey,
  b: IdentityKey,
  unlinking: Unlinking,
  deps: UnlinkDeps,
): Promise<Unlinked> {
  const { profiles } = deps;
  return retryOnConflict(async () => {
    const { items, unknown } = await loadItems([a, b], profiles);
    if (unknown[0] !== undefined) return { outcome: 'unknown-identity', identity: unknown[0] };
    const [item, other] = items;
    if (!item || other) return { outcome: 'not-linked', connection: [] };
    const found = withoutLink(item, [a, b], unlinking, deps);
    if (found.outcome === 'not-linked') return found;
    await profiles.write({ item: found.item, pointers: [], mergedIn: [] });
    const { item: _written, ...unlinked } = found;
    return unlinked;
  }, deps);
}

/** An item without the link between two of its identities; nothing is written. */
export function withoutLink(
  item: ProfileItem,
  [a, b]: readonly [IdentityKey, IdentityKey],
  unlinking: Unlinking,
  { rules, now }: Pick<UnlinkDeps, 'rules' | 'now'>,
):
  | (Extract<Unlinked, { outcome: 'withdrawn' }> & { readonly item: ProfileItem })
  | Extract<Unlinked, { outcome: 'not-linked' }> {
  const links = linksOf(item.linkHistory, rules);
  const link = links.find((each) => (each.a === a && each.b === b) || (each.a === b && each.b === a));
  if (!link) return { outcome: 'not-linked', connection: shortestPath(links, a, b) ?? [] };
  const { linkHistory } = addAssertions(item.linkHistory, [entryOf(link, unlinking, now())], rules);
  const remaining = shortestPath(linksOf(linkHistory, rules), a, b) ?? [];
  return { outcome: 'withdrawn', item: { ...item, linkHistory }, link, remaining };
}

/** A link that was seen in what is still the future, by a clock that is fast, is withdrawn from then on. */
function entryOf({ a, b, lastSeen }: Link, unlinking: Unlinking, now: number): Assertion {
  const time = Math.max(now, lastSeen);
  const id = hash('sha256', `${time}|${a}|${b}`, 'base64url').slice(0, 8);
  return { id, time, source: 'unlink', identities: [a, b], unlinking };
}
