import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { knownTo } from '#core/activation/known-to.ts';
import { type Digests, type Suppressions, suppressedMeanwhile } from '#core/governance/suppression.ts';
import type { NormalForms } from '#core/identity/normal-form.ts';
import type { VersionedStore } from '#core/identity/versioned-store.ts';
import { ConflictError, retryOnConflict } from '#core/ports/conflict.ts';
import { loadItems } from '#core/profile/load.ts';
import { type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import { addErased, NOTHING_ERASED } from './counts.ts';
import { type EraseProfileDeps, eraseProfile } from './erase-profile.ts';
import type { Erasure } from './erasure.ts';
import type { Erasures } from './ports/erasures.ts';
import { updateErasure } from './update.ts';

export interface ErasureRequest {
  readonly requestId: string;
  readonly identity: IdentityKey;
  readonly reason: string;
  /** Whether also somebody is looked for whom no profile knows: only objects can hold them. */
  readonly isUnknown: boolean;
}

export interface RequestErasureDeps extends EraseProfileDeps {
  readonly settings: ProfileSettings;
  /** Those of the catalog. */
  readonly destinations: ReadonlyMap<string, unknown>;
  readonly deliveryStates: Pick<VersionedStore<DeliveryStateItem>, 'get'>;
  readonly erasures: Erasures;
  readonly suppressions: Suppressions;
  readonly digestOf: Digests;
  /** How the identity that is asked for is compared. */
  readonly normalForms: NormalForms;
  readonly now: () => number;
}

/**
 * Takes a request to delete a person by any of their identities: they are suppressed, and gone from profiles and timeline,
 * at once; the rest is done by the next pass. Given again with the same id it goes on; who is being deleted already is not
 * deleted twice.
 * @returns undefined where nobody is known under the identity
 */
export async function requestErasure(request: ErasureRequest, deps: RequestErasureDeps): Promise<Erasure | undefined> {
  const known = await deps.erasures.get(request.requestId);
  if (known?.status === 'done') return known;
  const erasure = known ?? (await open(request, deps));
  return erasure && (await eraseWithoutDelay(erasure, deps));
}

/** Suppresses the person of a deletion that is under way, and takes them out of profiles and timeline. */
export async function eraseWithoutDelay(
  erasure: Erasure,
  deps: Omit<RequestErasureDeps, 'settings' | 'deliveryStates' | 'destinations' | 'normalForms'>,
): Promise<Erasure> {
  const { identities, requestId } = erasure;
  const entries = identities.map(parseIdentityKey).map((identity) => suppressedMeanwhile(deps.digestOf(identity)));
  const changes = new Map(entries.map((entry) => [entry.digest, (before?: typeof entry) => sameOr(entry, before)]));
  await retryOnConflict(() => deps.suppressions.change(changes), deps);
  const linked = async (keys: readonly IdentityKey[]): Promise<void> => {
    const add = (before: Erasure): Erasure => ({
      ...before,
      linked: [...new Set([...(before.linked ?? []), ...keys])],
    });
    await updateErasure(requestId, add, deps);
  };
  const erased = await eraseProfile(identities, linked, deps);
  const isNothing = JSON.stringify(addErased(NOTHING_ERASED, erased)) === JSON.stringify(NOTHING_ERASED);
  if (isNothing) return (await deps.erasures.get(requestId)) ?? erasure;
  const count = (before: Erasure): Erasure => ({ ...before, counts: addErased(before.counts, erased) });
  return (await updateErasure(requestId, count, deps)) ?? erasure;
}

const sameOr = <T extends object>(entry: T, before: T | undefined): T | undefined =>
  JSON.stringify(before) === JSON.stringify(entry) ? undefined : entry;

async function open(request: ErasureRequest, deps: RequestErasureDeps): Promise<Erasure | undefined> {
  const { requestId, reason } = request;
  const identity = await storedKey(request.identity, deps.normalForms, deps.profiles);
  const underWay = (await deps.erasures.underWay()).find(({ identities }) => identities.includes(identity));
  if (underWay) return underWay;
  const { items } = await loadItems([identity], deps.profiles);
  const [item] = items;
  const identities = item
    ? (profilesOf(item, deps.settings).find((profile) => profile.identities.includes(identity))?.identities ?? [
        identity,
      ])
    : [identity];
  if (!item && !request.isUnknown && !(await isOnTimeline(identity, deps))) return undefined;
  const canonicalKeys = item ? [item.canonicalKey, ...item.mergedIn] : [identity];
  const known = await knownTo(canonicalKeys, identities, deps.deliveryStates, deps.destinations);
  const erasure: Erasure = {
    requestId,
    revision: 0,
    reason,
    status: 'under-way',
    requestedAt: deps.now(),
    identities,
    ...(item && { canonicalKey: item.canonicalKey }),
    lastRouted: Object.fromEntries(known.map(({ destinationId, isMember }) => [destinationId, isMember])),
    counts: NOTHING_ERASED,
    passes: [],
  };
  try {
    await deps.erasures.save(erasure);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return await deps.erasures.get(requestId);
  }
  return { ...erasure, revision: 1 };
}

async function isOnTimeline(identity: IdentityKey, { timeline }: RequestErasureDeps): Promise<boolean> {
  for await (const _ of timeline.read(identity)) return true;
  return false;
}
