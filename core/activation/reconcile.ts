import type { Redirect } from '#core/identity/versioned-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import type { DeliveryStateItem } from './delivery-state.ts';
import type { Failure } from './destination-type.ts';

/** What a destination believes about one audience, against what its vendor lists (docs/destinations.md, "Reconciling"). */
export interface AudienceReconciliation {
  readonly segmentId: string;
  /** In both. */
  readonly equal: number;
  /** Routed as members, and not listed. */
  readonly onlyHere: readonly RoutedIdentity[];
  /** Listed, and routed as having left. */
  readonly leftHere: readonly RoutedIdentity[];
  /** Listed, and never routed: put there by somebody else, or forgotten here. They are left alone. */
  readonly onlyThere: readonly string[];
}

/** An identity as it was routed, and the profile item that it was routed of. */
export interface RoutedIdentity {
  readonly key: IdentityKey;
  readonly canonicalKey: IdentityKey;
}

/** A page of the members of an audience, as the vendor names them. */
export type MemberPage = { readonly members: readonly string[]; readonly next?: string } | Failure;

const MAX_PAGES = 10_000;

/**
 * All members that a vendor lists.
 * @param page asks for a page; the first one without a cursor
 */
export async function listedMembers(
  page: (cursor: string | undefined) => Promise<MemberPage>,
): Promise<ReadonlySet<string> | Failure> {
  const members = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const read = await page(cursor);
    if ('delivered' in read) return read;
    for (const member of read.members) members.add(normal(member));
    if (read.next === undefined) return members;
    cursor = read.next;
  }
  return { delivered: false, errorClass: 'stop', reason: 'too-many-pages' };
}

/** Compares audiences with what was routed of them: one pass over the delivery states for all of them. */
export async function reconciled(
  destinationId: string,
  listed: ReadonlyMap<string, ReadonlySet<string>>,
  states: AsyncIterable<DeliveryStateItem | Redirect>,
): Promise<readonly AudienceReconciliation[]> {
  const found = new Map([...listed].map(([segmentId, members]) => [segmentId, new Comparison(segmentId, members)]));
  for await (const state of states) {
    for (const { segmentId, identity, isMember } of routedIn(state, destinationId)) {
      found.get(segmentId)?.add(identity, isMember);
    }
  }
  return [...found.values()].map((comparison) => comparison.result);
}

/** One audience, while what was routed of it is gone through. */
class Comparison {
  readonly #segmentId: string;
  readonly #listed: ReadonlySet<string>;
  readonly #known = new Set<string>();
  readonly #onlyHere: RoutedIdentity[] = [];
  readonly #leftHere: RoutedIdentity[] = [];
  #equal = 0;

  constructor(segmentId: string, listed: ReadonlySet<string>) {
    this.#segmentId = segmentId;
    this.#listed = listed;
  }

  add(identity: RoutedIdentity, isMember: boolean): void {
    const value = normal(parseIdentityKey(identity.key).value);
    const isListed = this.#listed.has(value);
    this.#known.add(value);
    if (isMember && isListed) this.#equal += 1;
    else if (isMember) this.#onlyHere.push(identity);
    else if (isListed) this.#leftHere.push(identity);
  }

  get result(): AudienceReconciliation {
    const onlyThere = [...this.#listed].filter((member) => !this.#known.has(member));
    const [segmentId, equal] = [this.#segmentId, this.#equal];
    return { segmentId, equal, onlyHere: this.#onlyHere, leftHere: this.#leftHere, onlyThere };
  }
}

/** A membership of an identity, as it was last routed. */
export interface RoutedMembership {
  readonly segmentId: string;
  readonly identity: RoutedIdentity;
  readonly isMember: boolean;
}

/** All memberships that were routed to a destination, of one delivery state. */
export function routedIn(state: DeliveryStateItem | Redirect, destinationId: string): RoutedMembership[] {
  if (isRedirect(state)) return [];
  const { canonicalKey, destinations } = state;
  return Object.entries(destinations[destinationId]?.lastRouted ?? {}).flatMap(([key, segments]) =>
    Object.entries(segments).map(([segmentId, { status }]) => ({
      segmentId,
      identity: { key, canonicalKey },
      isMember: status === 'realized',
    })),
  );
}

const normal = (value: string): string => value.trim().toLowerCase();
