import type { PastActivation } from '#core/catalog/definition-store.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { sameValue } from '#core/util/same-value.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

/** Versions of the catalog that are looked at, the newest first; each is a file of some kilobytes. */
const MAX_VERSIONS = 50;
/** A list is read often, and says less. */
const MAX_VERSIONS_OF_LIST = 20;

/** By whom, and when. */
export interface LastChange {
  readonly at: string;
  readonly by?: string;
  readonly comment?: string;
}

interface Version {
  readonly activation: PastActivation;
  readonly definitions: ReadonlyMap<string, SegmentDefinition>;
}

/** The versions that are kept, the newest first, as far as audiences go; one that is not kept any more ends the list. */
async function versionsOf({ deps }: RouteCall, limit: number): Promise<Version[]> {
  const activations = await deps.definitions.history(limit);
  const catalogs = await Promise.all(activations.map(({ version }) => deps.definitions.of(version)));
  const end = catalogs.indexOf(undefined);
  return activations.slice(0, end < 0 ? undefined : end).map((activation, i) => ({
    activation,
    definitions: new Map(catalogs[i]!.segments.map((one) => [one.id, one])),
  }));
}

/** When each audience became what it is, of those that changed in the versions looked at. */
export async function lastChanges(call: RouteCall): Promise<Map<string, LastChange>> {
  const versions = await versionsOf(call, MAX_VERSIONS_OF_LIST);
  const changes = new Map<string, LastChange>();
  for (const [i, { activation, definitions }] of versions.entries()) {
    const before = versions[i + 1]?.definitions;
    if (!before) break;
    for (const [id, definition] of definitions) {
      if (!changes.has(id) && !sameValue(before.get(id), definition)) changes.set(id, changeBy(activation));
    }
  }
  return changes;
}

/** `GET /tributary/audiences/{id}/history`: what an audience was, who made it so, and why; the newest first. */
export async function showHistory(call: RouteCall): Promise<HttpAnswer> {
  const id = call.params.id!;
  const versions = await versionsOf(call, MAX_VERSIONS);
  const changes = versions.flatMap(({ activation, definitions }, i) => {
    const [now, before] = [definitions.get(id), versions[i + 1]?.definitions.get(id)];
    if (sameValue(now, before)) return [];
    const change = now === undefined ? 'removed' : before === undefined && versions[i + 1] ? 'added' : 'changed';
    return [{ version: activation.version, ...changeBy(activation), change, ...(now && { definition: now }) }];
  });
  if (changes.length === 0) return problem('audiences', 404, 'There is no audience of this id');
  return { status: 200, body: { versions: changes, isComplete: versions.length < MAX_VERSIONS } };
}

const changeBy = ({ at, by, comment }: PastActivation): LastChange => ({
  at: new Date(at).toISOString(),
  ...(by !== undefined && { by }),
  ...(comment !== undefined && { comment }),
});
