import type { IdentityKey } from '#core/record/identity.ts';
import { compareKeys, type Link } from './linking-rules.ts';

/**
 * The fewest links that lead from one identity to another, in their order; of several such ways the one over the
 * identities that sort first. Undefined where no way leads there.
 */
export function shortestPath(links: readonly Link[], from: IdentityKey, to: IdentityKey): readonly Link[] | undefined {
  const linksAt = new Map<IdentityKey, Link[]>();
  for (const link of links) {
    for (const key of [link.a, link.b]) linksAt.set(key, [...(linksAt.get(key) ?? []), link]);
  }
  const cameBy = new Map<IdentityKey, Link | undefined>([[from, undefined]]);
  for (const at of cameBy.keys()) {
    if (at === to) return wayBack(cameBy, to);
    const next = (linksAt.get(at) ?? []).map((link) => ({ link, key: otherEnd(link, at) }));
    next.sort((x, y) => compareKeys(x.key, y.key));
    for (const { link, key } of next) if (!cameBy.has(key)) cameBy.set(key, link);
  }
  return undefined;
}

function wayBack(cameBy: ReadonlyMap<IdentityKey, Link | undefined>, to: IdentityKey): readonly Link[] {
  const path: Link[] = [];
  let at = to;
  for (let link = cameBy.get(at); link; link = cameBy.get(at)) {
    path.unshift(link);
    at = otherEnd(link, at);
  }
  return path;
}

/** The links of a path with their ends in walking order; without a start, each as it is. */
export function stepsFrom(start: IdentityKey | undefined, path: readonly Link[]) {
  let at = start;
  return path.map((link) => {
    const from = at ?? link.a;
    const to = otherEnd(link, from);
    if (at !== undefined) at = to;
    return { from, to, link };
  });
}

const otherEnd = ({ a, b }: Link, end: IdentityKey): IdentityKey => (end === a ? b : a);
