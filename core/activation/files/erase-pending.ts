import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { type FileDelivery, pendingPart, readPendingPart } from './pending.ts';

/** Knows people who are deleted. */
export interface Deleted {
  isTheirs(key: IdentityKey): boolean;
  /** Whether a text names one of them beyond doubt. */
  isNamedIn(text: string): boolean;
  /** Whether a text has a word that is a value of one of their identities; it may be something else. */
  isInLine(text: string, met: () => void): boolean;
}

/**
 * What stays of a line that waits for the next file and names people who are deleted: what it says of others who were
 * routed together with them, and removals of theirs that no file has told yet, since nobody would decide them again.
 * @returns lines, or nothing
 */
export const pendingWithout = (line: string, deleted: Deleted): string => pendingPart(deliveriesWithout(line, deleted));

function deliveriesWithout(line: string, deleted: Deleted): FileDelivery[] {
  const delivery = deliveryIn(line);
  if (!delivery) return [];
  const { identities, changes } = delivery;
  const isTheirs = (identity: (typeof identities)[number]): boolean => deleted.isTheirs(identityKey(identity));
  const others = identities.filter((identity) => !isTheirs(identity));
  const removed = {
    identities: identities.filter(isTheirs),
    changes: changes.filter(({ status }) => status === 'exited'),
  };
  const isRouted = removed.identities.length > 0 && removed.changes.length > 0;
  // Next to an identity of theirs a value is theirs; elsewhere `12` may be anything.
  const isForeign = (text: string): boolean =>
    removed.identities.length > 0 ? deleted.isInLine(text, () => {}) : deleted.isNamedIn(text);
  return [
    ...(others.length > 0 ? [part(delivery, { identities: others, changes }, isForeign)] : []),
    ...(isRouted ? [part(delivery, removed, () => true)] : []),
  ];
}

/** A delivery about some of its identities, without attributes and the name of an item that tell of somebody else. */
function part(
  delivery: FileDelivery,
  some: Pick<FileDelivery, 'identities' | 'changes'>,
  isForeign: (text: string) => boolean,
): FileDelivery {
  const about = { ...delivery, ...some, ...(isForeign(JSON.stringify(delivery.canonicalKey)) && { canonicalKey: '' }) };
  return about.kind === 'profile' && isForeign(JSON.stringify(about.attributes)) ? { ...about, attributes: {} } : about;
}

function deliveryIn(line: string): FileDelivery | undefined {
  try {
    return readPendingPart(line)[0];
  } catch {
    return undefined;
  }
}
