import type { IdentityKey } from '#core/record/identity.ts';
import { type Linkable, NOTHING_TO_LINK } from './eligibility.ts';

/** Most links of one identity that one batch may bring (aep.md §3.3). */
export const MAX_LINKS_IN_BATCH = 50;

/**
 * What each record of a batch says to the graph when an identity may be linked to 50 others in one batch: an identity
 * that a record would take beyond that is left out of that record. So a shared kiosk, or a constant that some software
 * sends as everybody's identity, does not pull a whole batch into one graph.
 * @param asserted what each record says by itself, in the order of the batch
 * @returns the same, with what is too much left out
 */
export function limitLinksInBatch(asserted: readonly Linkable[], most = MAX_LINKS_IN_BATCH): readonly Linkable[] {
  const linkedTo = new Map<IdentityKey, Set<IdentityKey>>();
  return asserted.map((linkable) => {
    const { identities } = linkable;
    if (identities.length === 0) return linkable;
    const kept = identities.filter((key) => numberWith(linkedTo.get(key), key, identities) <= most);
    link(kept, linkedTo);
    if (kept.length === identities.length) return linkable;
    return { ...(kept.length < 2 ? NOTHING_TO_LINK : { identities: kept }), rejection: 'too-many-links-in-batch' };
  });
}

function link(identities: readonly IdentityKey[], linkedTo: Map<IdentityKey, Set<IdentityKey>>): void {
  for (const key of identities) {
    const linked = linkedTo.get(key) ?? new Set();
    for (const other of identities) if (other !== key) linked.add(other);
    linkedTo.set(key, linked);
  }
}

function numberWith(linked: ReadonlySet<IdentityKey> | undefined, key: IdentityKey, others: readonly IdentityKey[]) {
  if (!linked) return others.length - 1;
  return linked.size + others.filter((other) => other !== key && !linked.has(other)).length;
}
