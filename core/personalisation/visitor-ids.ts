import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';

/** What choosing between identities looks at; the linking rules have it. */
export interface NamespaceRules {
  typeOf(namespace: string): string;
  /** From 1, the strongest. */
  rank(namespace: string): number;
}

/** The ids by which people are divided. */
export interface VisitorIds {
  readonly device?: IdentityKey;
  readonly person?: IdentityKey;
}

const DEVICE = 'ECID';
const PERSONS: ReadonlySet<string> = new Set(['CROSS_DEVICE', 'EMAIL', 'PHONE']);

/**
 * Of the identities that an event names, the one of the device and the strongest one of a person. The same for decisions and
 * for counting, so that a success is found where the display was noted.
 */
export function visitorIdsOf(identities: readonly Identity[], { typeOf, rank }: NamespaceRules): VisitorIds {
  const device = least(identities.filter(({ namespace }) => namespace === DEVICE).map(identityKey));
  const persons = identities
    .filter(({ namespace }) => PERSONS.has(typeOf(namespace)))
    .map((identity) => ({ rank: rank(identity.namespace), key: identityKey(identity) }));
  const strongest = Math.min(...persons.map((one) => one.rank));
  const person = least(persons.filter((one) => one.rank === strongest).map(({ key }) => key));
  return { ...(device !== undefined && { device }), ...(person !== undefined && { person }) };
}

const least = (keys: readonly IdentityKey[]): IdentityKey | undefined => [...keys].sort()[0];
