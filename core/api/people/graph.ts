import * as z from 'zod';
import { findProfile } from '#core/access/find-profile.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { LINK_HISTORY_LIMITS } from '#core/identity/link-history.ts';
import { graphsOf, type Link } from '#core/identity/linking-rules.ts';
import { replay } from '#core/identity/replay.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { HttpAnswer } from '../http.ts';
import { mayDo } from '../management/caller.ts';
import { missingScope } from '../management/caller-problem.ts';
import { problem } from '../management/problem.ts';
import { audited } from './audited.ts';
import type { PeopleCall } from './deps.ts';

const FAMILY = 'people';

/** An identity as clients of AEP name it: the namespace by its number or its code. */
export const compositeXid = z
  .object({
    nsid: z.union([z.int(), z.string()]).optional(),
    ns: z.string().optional(),
    namespace: z.string().optional(),
    id: z.string().min(1).max(1_024),
  })
  .refine(({ nsid, ns, namespace }) => [nsid, ns, namespace].some((one) => one !== undefined), 'expected a namespace');
type CompositeXid = z.output<typeof compositeXid>;

/** Identities of one request. */
export const MAX_IDENTITIES = 100;

interface FoundGraph {
  readonly asked: CompositeXid;
  /** The identities of the graph; none where nobody is known by what was asked for. */
  readonly identities: readonly IdentityKey[];
  readonly links: readonly Link[];
}

/**
 * The graphs of some identities. Who reads whom is written down before anything is answered, as for profiles.
 * @returns an answer where one of them cannot be asked for
 */
async function graphsOfAll(asked: readonly CompositeXid[], call: PeopleCall): Promise<FoundGraph[] | HttpAnswer> {
  const { deps, caller } = call;
  if (!mayDo(caller, 'profile:read')) return missingScope('profile:read');
  const catalog = await deps.catalog.current();
  const settings = stageSettings(catalog);
  const keys: IdentityKey[] = [];
  for (const one of asked) {
    const code = namespaceOf(one, catalog);
    if (code === undefined) return problem(FAMILY, 400, 'The catalog has no namespace of this number or code');
    const written = identityKey({ namespace: code, value: one.id });
    keys.push(await storedKey(written, settings.access.normalForms, deps.profiles));
  }
  const found: FoundGraph[] = [];
  for (const [i, key] of keys.entries()) {
    const profile = await findProfile(key, settings.access.mergePolicy, {
      profiles: deps.profiles,
      settings: settings.access,
    });
    found.push({
      asked: asked[i]!,
      identities: profile?.profile.identities ?? [],
      links: profile ? linksOf(profile.item, key, settings.access.links) : [],
    });
  }
  const known = found.filter(({ identities }) => identities.length > 0).length;
  const read = { what: 'profile', keys, found: known, fields: ['identityMap'] } as const;
  return (await audited(read, FAMILY, call)) ?? found;
}

function linksOf(item: ProfileItem, key: IdentityKey, rules: Parameters<typeof replay>[1]): readonly Link[] {
  const { links } = replay(item.linkHistory, rules, LINK_HISTORY_LIMITS);
  const graph = graphsOf(links).find(({ identities }) => identities.includes(key));
  return graph ? links.filter(({ a, b }) => graph.identities.includes(a) && graph.identities.includes(b)) : [];
}

function namespaceOf({ nsid, ns, namespace }: CompositeXid, { namespaces }: CompiledCatalog): string | undefined {
  const all = [...namespaces.values()];
  const code = ns ?? namespace;
  const found = all.find(
    (one) => (nsid !== undefined && String(one.id) === String(nsid)) || one.code.toLowerCase() === code?.toLowerCase(),
  );
  return found?.code;
}

/** An identity in the form in which it was asked for: by number, or by code. */
function namedAs(key: IdentityKey, { nsid, ns }: CompositeXid, { namespaces }: CompiledCatalog): object {
  const { namespace, value } = parseIdentityKey(key);
  const number = namespaces.get(namespace)?.id;
  if (nsid !== undefined && number !== undefined) return { nsid: number, id: value };
  return ns === undefined ? { namespace, id: value } : { ns: namespace, id: value };
}

/** `GET /identity/cluster/members` and `POST /identity/clusters/members`: the identities of the same people. */
export async function clusterMembers(asked: readonly CompositeXid[], call: PeopleCall): Promise<HttpAnswer> {
  const found = await graphsOfAll(asked, call);
  if ('status' in found) return found;
  const catalog = await call.deps.catalog.current();
  const clusters = found.map(({ asked: one, identities }) => ({
    compositeXid: one,
    members: identities.map((key) => namedAs(key, one, catalog)),
  }));
  return { status: 200, body: { version: '1.1.0', clusters, unprocessedRecords: [], algo_type: 'STITCH_ALL' } };
}

export const graphBody = z.object({
  composite_xid: z.union([compositeXid, z.array(compositeXid).min(1).max(MAX_IDENTITIES)]),
  projection_type: z.enum(['set', 'graph']).default('set'),
  graph_type: z.string().optional(),
  require_edge_meta_data: z.boolean().optional(),
});

/** `POST /identity/v2/graph`: the identities, or the identities and links with their ages and the datasets that said so. */
export async function linkedIdentities(body: z.output<typeof graphBody>, call: PeopleCall): Promise<HttpAnswer> {
  const found = await graphsOfAll([body.composite_xid].flat(), call);
  if ('status' in found) return found;
  const catalog = await call.deps.catalog.current();
  const graphs = found.map((graph) =>
    body.projection_type === 'set' ? setOf(graph, catalog) : graphOf(graph, catalog),
  );
  return { status: 200, body: { version: '2.0', graphs, unprocessed_composite_xids: [], algo_type: 'STITCH_ALL' } };
}

const setOf = ({ asked, identities }: FoundGraph, catalog: CompiledCatalog): object => ({
  composite_xid: asked,
  members: identities.map((key) => namedAs(key, asked, catalog)),
});

function graphOf({ asked, identities, links }: FoundGraph, catalog: CompiledCatalog): object {
  const lastSeen = (key: IdentityKey): number =>
    Math.max(0, ...links.filter(({ a, b }) => a === key || b === key).map((link) => link.lastSeen));
  return {
    composite_xid: asked,
    vertices: identities.map((key) => ({
      composite_xid: namedAs(key, asked, catalog),
      last_updated_ts: lastSeen(key),
    })),
    edges: links.map((link) => ({
      composite_xid_pair: [namedAs(link.a, asked, catalog), namedAs(link.b, asked, catalog)],
      first_established_ts: link.firstSeen,
      last_established_ts: link.lastSeen,
      dataset_ids: [link.source, ...(link.alsoFrom ?? [])],
      batch_ids: [],
    })),
  };
}
