import { identityGraphOf } from '#core/access/identity-graph.ts';
import { explain } from '#core/profile/links/explain.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { HttpAnswer } from '../http.ts';
import { isoOf } from './attributes.ts';
import type { PeopleCall } from './deps.ts';
import { type Opened, openProfile } from './opened.ts';

/** `GET /{reference}/graph`: all identities and links of a person, and the links that were removed. */
export async function showGraph(call: PeopleCall): Promise<HttpAnswer> {
  const opened = await openProfile(call, 'identities');
  if ('status' in opened) return opened;
  const body = { asOf: isoOf(call.deps.now()), ...(await shownGraph(opened.key, opened, call)) };
  return { status: 200, body };
}

async function shownGraph(key: IdentityKey, opened: Opened, { deps }: PeopleCall): Promise<object> {
  const { links } = opened.settings.fold;
  const explanation = await explain(key, { profiles: deps.profiles, rules: links });
  if (!explanation) return { nodes: [], links: [], removed: [] };
  const graph = identityGraphOf(explanation);
  const nodes = graph.nodes.map(({ identity, namespace, ...node }) => ({
    ...opened.identity(identity),
    kind: links.typeOf(namespace),
    rank: links.rank(namespace),
    ...node,
  }));
  const isNamed = opened.visibility.values === 'all';
  return {
    profile: opened.identity(graph.profile).id,
    limit: links.limit,
    nodes,
    links: graph.links.map(({ a, b, ...link }) => ({ a: opened.identity(a).id, b: opened.identity(b).id, ...link })),
    removed: graph.removed.map(({ a, b, unlinking, ...link }) => ({
      a: opened.identity(a),
      b: opened.identity(b),
      ...link,
      // Whoever unlinks writes why, and may name somebody.
      ...(unlinking && isNamed && { unlinking }),
    })),
  };
}
