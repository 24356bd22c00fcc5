import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import { hashIdentity } from '#core/identity/hashing.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { deleteRowsFromLake } from '#core/lake/delete-rows.ts';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { primaryIdentity } from '#core/profile/assign.ts';
import { loadItems } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { emptyItem, type ProfileItem } from '#core/profile/profile-item.ts';
import { type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import { folderAt } from '#core/record/partition.ts';
import { deleteLines, namesOneOf } from './delete-rows.ts';
import { type ErasedFromItem, eraseFromItem } from './erase-item.ts';
import { hashIdentities, type Receipt } from './receipt.ts';

/**
 * Deletion of a person, by any of their identities. Every step can be done again, so a deletion that was interrupted is
 * given again with the same request id and goes on. Memberships vanish with the profile, and destinations are told by the
 * usual way, because both follow the profile item.
 */
export interface ErasureRequest {
  readonly requestId: string;
  readonly identity: IdentityKey;
  readonly reason: string;
  /** Whether nothing is to be taken of the person in future either. */
  readonly keepOut: boolean;
}

export interface ErasureDeps extends Backoff {
  readonly catalog: Pick<IngestionSettings, 'datasets'>;
  readonly settings: ProfileSettings;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly deliveryStates: DeliveryStateStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly exports: ObjectStore;
  readonly now: () => number;
}

export async function erasePerson(request: ErasureRequest, deps: ErasureDeps): Promise<Receipt> {
  const { identities, at, profile, canonicalKey } = await eraseProfile(request, deps);
  const destinations = await destinationsThatKnow(canonicalKey, identities, deps.deliveryStates);
  const isTheirs = namesOneOf(valuesOf(identities));
  const inLake = await lakeFoldersOf(identities, deps);
  const lake = await deleteRowsFromLake(deps.lake, inLake, lakeRowsOf(identities, deps, isTheirs));
  const quarantine = await deleteLines(deps.quarantine, deps.quarantine.list(''), isTheirs);
  const exports = await deleteLines(deps.exports, deps.exports.list(''), isTheirs);
  let timelineEntries = 0;
  // Last: until then it says where rows of theirs lie in the lake.
  for (const identity of identities) timelineEntries += await deps.timeline.erase(identity);
  return {
    requestId: request.requestId,
    deletedAt: new Date(at).toISOString(),
    reason: request.reason,
    identities: hashIdentities(identities),
    keptOut: request.keepOut,
    profile,
    timelineEntries,
    lake,
    quarantine,
    exports,
    destinations,
  };
}

interface ErasedProfile {
  readonly canonicalKey: IdentityKey;
  readonly identities: ReadonlySet<IdentityKey>;
  readonly at: number;
  readonly profile: ErasedFromItem;
}

const NOTHING: ErasedFromItem = { fragments: 0, events: 0, links: 0 };

async function eraseProfile(request: ErasureRequest, deps: ErasureDeps): Promise<ErasedProfile> {
  const { identity, requestId, keepOut } = request;
  return retryOnConflict(async () => {
    const { items } = await loadItems([identity], deps.profiles);
    const item = items[0] ?? emptyItem(identity);
    const done = erasedBy(requestId, item);
    if (done) return { canonicalKey: item.canonicalKey, ...done, profile: NOTHING };
    const identities = identitiesOfPerson(identity, item, deps.settings);
    const at = deps.now();
    const erased = { at, requestId, ...(keepOut && { keepOut: true as const }) };
    const { item: after, counts } = eraseFromItem(item, identities, erased);
    await deps.profiles.write({ item: after, pointers: [], mergedIn: [] });
    return { canonicalKey: item.canonicalKey, identities, at, profile: counts };
  }, deps);
}

/** What an earlier try of the same request has erased. */
function erasedBy(requestId: string, { erased = {} }: ProfileItem) {
  const own = Object.entries(erased).filter(([, entry]) => entry.requestId === requestId);
  return own[0] && { identities: new Set(own.map(([key]) => key)), at: own[0][1].at };
}

function identitiesOfPerson(
  identity: IdentityKey,
  item: ProfileItem,
  settings: ProfileSettings,
): ReadonlySet<IdentityKey> {
  // Also by data that counts no more, since it is still stored.
  const { links, mergePolicy } = settings;
  const profile = profilesOf(item, { links, mergePolicy }).find(({ identities }) => identities.includes(identity));
  return new Set(profile?.identities ?? [identity]);
}

async function destinationsThatKnow(
  canonicalKey: IdentityKey,
  identities: ReadonlySet<IdentityKey>,
  deliveryStates: DeliveryStateStore,
): Promise<string[]> {
  const deliveryState = await deliveryStates.get(canonicalKey);
  if (!deliveryState || 'redirectTo' in deliveryState) return [];
  return Object.entries(deliveryState.destinations)
    .filter(([, { lastRouted }]) =>
      Object.entries(lastRouted).some(
        ([key, segments]) => identities.has(key) && Object.values(segments).some(({ status }) => status === 'realized'),
      ),
    )
    .map(([id]) => id)
    .sort();
}

/** Everything as which an identity may stand in a file, in lower case: its value, and its hash. */
function valuesOf(identities: ReadonlySet<IdentityKey>): ReadonlySet<string> {
  return new Set(
    [...identities].map(parseIdentityKey).flatMap((identity) => {
      const hashed = hashIdentity(identity);
      return [identity.value.toLowerCase(), ...(hashed ? [hashed.value] : [])];
    }),
  );
}

/** The folders of the lake that may hold rows of the person: those of the days on which records of theirs came. */
async function lakeFoldersOf(
  identities: ReadonlySet<IdentityKey>,
  { timeline }: ErasureDeps,
): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  for (const identity of identities) {
    for await (const { datasetId, receivedAt } of timeline.read(identity)) {
      folders.add(folderAt(datasetId, receivedAt));
    }
  }
  return folders;
}

/** A row of the lake is theirs when its primary identity is, or when it names nobody else. */
function lakeRowsOf(
  identities: ReadonlySet<IdentityKey>,
  { catalog, settings }: ErasureDeps,
  namesThem: (text: string) => boolean,
): (row: LakeRow, key: string) => boolean {
  return ({ json }, key) => {
    const dataset = catalog.datasets.get(/^dataset=([^/]+)\//.exec(key)?.[1] ?? '');
    if (!dataset) return namesThem(json);
    const { identities: carried } = dataset.identitiesOf(JSON.parse(json));
    if (carried.length === 0) return false;
    const primary = primaryIdentity({ behaviour: dataset.behaviour, identities: carried }, settings.links);
    if (typeof primary !== 'string' && identities.has(identityKey(primary))) return true;
    return carried.every((identity) => identities.has(identityKey(identity)));
  };
}
