import { LINK_HISTORY_LIMITS } from '#core/identity/link-history.ts';
import { shortestPath } from '#core/identity/link-paths.ts';
import { compareKeys, graphsOf, type Link, type LinkingRules, type RemovedLink } from '#core/identity/linking-rules.ts';
import { replay } from '#core/identity/replay.ts';
import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';
import { loadItems } from '../load.ts';
import type { ProfileStore } from '../ports/profile-store.ts';

/** Why an identity is on its profile. */
export interface Explanation {
  readonly identity: IdentityKey;
  /** The identity of the strongest namespace, which the profile is called by. */
  readonly profile: IdentityKey;
  /** All of the graph, strongest namespace first; the identity alone where it is in no graph. */
  readonly identities: readonly IdentityKey[];
  /** All of the graph. */
  readonly links: readonly Link[];
  /** The fewest links from `profile` to `identity`; none where they are the same. */
  readonly path: readonly Link[];
  /** Links with an end in this graph that were removed, newest first, as far as they are remembered. */
  readonly removed: readonly (RemovedLink & { /** It was asserted again since. */ readonly isBack: boolean })[];
}

/**
 * Why an identity is on the profile it is on: the links that lead there, and those that were removed (aep.md §3.4).
 * @returns undefined where nothing was ever known of the identity
 * @throws ConflictError when an item was moved meanwhile: to be asked again
 */
export async function explain(
  identity: IdentityKey,
  deps: { readonly profiles: ProfileStore; readonly rules: LinkingRules },
): Promise<Explanation | undefined> {
  const { profiles, rules } = deps;
  const { items } = await loadItems([identity], profiles);
  const [item] = items;
  if (!item) return undefined;
  const { links, removed } = replay(item.linkHistory, rules, LINK_HISTORY_LIMITS);
  const graph = graphsOf(links).find(({ identities }) => identities.includes(identity));
  const strength = (key: IdentityKey): number => rules.rank(namespaceOf(key));
  const identities = [...(graph?.identities ?? [identity])].sort(
    (x, y) => strength(x) - strength(y) || compareKeys(x, y),
  );
  const profile = identities[0]!;
  const touches = ({ a, b }: RemovedLink): boolean => identities.includes(a) || identities.includes(b);
  const isBack = ({ a, b }: RemovedLink): boolean => links.some((link) => link.a === a && link.b === b);
  return {
    identity,
    profile,
    identities,
    links: graph?.links ?? [],
    path: shortestPath(links, profile, identity) ?? [],
    removed: removed
      .filter(touches)
      .map((each) => ({ ...each, isBack: isBack(each) }))
      .sort((x, y) => y.at - x.at),
  };
}
