import type { LinkHistory } from '#core/identity/link-history.ts';
import { identityOfFragment, type ProfileItem } from '#core/profile/profile-item.ts';
import type { FieldsOfIdentities } from '#core/record/cleared-identity.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/** What was taken out of an item. */
export interface ErasedFromItem {
  readonly fragments: number;
  readonly events: number;
  /** Statements about who belongs together that named the person. */
  readonly links: number;
}

/**
 * The item without a person: their fragments, their events, and every statement that names one of their identities.
 */
export function eraseFromItem(
  item: ProfileItem,
  identities: ReadonlySet<IdentityKey>,
): { item: ProfileItem; counts: ErasedFromItem } {
  const isOther = (key: IdentityKey): boolean => !identities.has(key);
  const fragments = Object.entries(item.fragments).filter(([key]) => isOther(identityOfFragment(key)));
  const events = Object.entries(item.events).filter(([key]) => isOther(key));
  const activeOn = Object.entries(item.activeOn ?? {}).filter(([key]) => isOther(key));
  const linkHistory = withoutIdentities(item.linkHistory, isOther);
  const eventsOf = (of: readonly (readonly [string, readonly unknown[]])[]): number =>
    of.reduce((sum, [, list]) => sum + list.length, 0);
  return {
    item: {
      ...item,
      linkHistory,
      fragments: Object.fromEntries(fragments),
      events: Object.fromEntries(events),
      ...(item.activeOn && { activeOn: Object.fromEntries(activeOn) }),
    },
    counts: {
      fragments: Object.keys(item.fragments).length - fragments.length,
      events: eventsOf(Object.entries(item.events)) - eventsOf(events),
      links: sizeOf(item.linkHistory) - sizeOf(linkHistory),
    },
  };
}

/** An assertion that names others too goes on saying that these belong together. */
function withoutIdentities(linkHistory: LinkHistory, isOther: (key: IdentityKey) => boolean): LinkHistory {
  const removed = linkHistory.removed?.filter(({ a, b }) => isOther(a) && isOther(b));
  return {
    ...linkHistory,
    ...(removed && { removed }),
    condensed: linkHistory.condensed.filter(({ a, b }) => isOther(a) && isOther(b)),
    assertions: linkHistory.assertions
      .map((assertion) => ({
        ...assertion,
        identities: assertion.identities.filter(isOther),
        ...(assertion.fields && { fields: fieldsOfOthers(assertion.fields, isOther) }),
      }))
      .filter(({ identities, clears }) => identities.length > (clears ? 0 : 1)),
  };
}

const fieldsOfOthers = (fields: FieldsOfIdentities, isOther: (key: IdentityKey) => boolean): FieldsOfIdentities =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => isOther(key)));

const sizeOf = ({ condensed, assertions }: LinkHistory): number => condensed.length + assertions.length;
