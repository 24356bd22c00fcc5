import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';
import type { LinkRules } from './link-rules.ts';
import { isNeverLinked } from './namespaces.ts';

/**
 * Why the identity graph did not take what a record says, or not all of it (aep.md §3.3, §3.6). The record itself is in
 * the lake, and in the profile, all the same.
 */
export const GRAPH_REFUSALS = [
  // Nothing of the record is linked.
  'too-many-identities',
  'invalid-ecid',
  'value-too-long',
  'two-values-of-unique-namespace',
  'hot-identity',
  // One of its identities is not linked; the others are, if there are two.
  'blocked-value',
  'blocked-namespace',
  'too-many-links-in-batch',
] as const;
export type GraphRefusal = (typeof GRAPH_REFUSALS)[number];

/** What a record says to the graph. */
export interface Linkable {
  /** Two or more, or none: there is nothing to link. */
  readonly identities: readonly IdentityKey[];
  /** The first reason why something was left out. */
  readonly refusal?: GraphRefusal;
}

const LEAST = 2;
const MOST = 20;
const LONGEST_VALUE = 1_024;
const ECID = /^\d{38}$/;
/** Values that people's software writes when it has nothing to say. */
const BLOCKED = new Set(['null', 'anonymous', 'invalid', 'undefined']);

export const NOTHING_TO_LINK: Linkable = { identities: [] };

/**
 * The identities of a record that are linked with one another (aep.md §3.1 to §3.3). Those of things and of partners never
 * are; that is no refusal.
 * @param values whether the rules for single values and for their number apply; what is unique always is
 */
export function linkableIdentities(
  identities: readonly Identity[],
  rules: LinkRules,
  values: 'checked' | 'unchecked' = 'checked',
): Linkable {
  const distinct = [...new Map(identities.map((identity) => [identityKey(identity), identity])).values()];
  if (distinct.length < LEAST) return NOTHING_TO_LINK;
  const people = distinct.filter(({ namespace }) => !isNeverLinked(rules.typeOf(namespace)));
  if (values === 'unchecked') return withoutSecondValues({ people }, rules);
  const refusal = distinct.length > MOST ? 'too-many-identities' : refusalOfValue(people);
  return refusal ? { identities: [], refusal } : withoutSecondValues(withoutBlocked(people, rules), rules);
}

/** Whether a value can name nobody: empty, blank or a placeholder. */
export const isBlockedValue = (value: string): boolean => isBlank(value) || BLOCKED.has(value.trim().toLowerCase());

export const isBlank = (value: string): boolean => value.trim() === '';

function refusalOfValue(people: readonly Identity[]): GraphRefusal | undefined {
  if (people.some(({ namespace, value }) => namespace === 'ECID' && !ECID.test(value))) return 'invalid-ecid';
  if (people.some(({ value }) => value.length > LONGEST_VALUE)) return 'value-too-long';
  return undefined;
}

interface Candidates {
  readonly people: readonly Identity[];
  readonly refusal?: GraphRefusal;
}

function withoutBlocked(people: readonly Identity[], rules: LinkRules): Candidates {
  const named = people.filter(({ value }) => !isBlockedValue(value));
  const open = named.filter(({ namespace }) => !rules.isBlocked(namespace));
  if (named.length < people.length) return { people: open, refusal: 'blocked-value' };
  return open.length < named.length ? { people: open, refusal: 'blocked-namespace' } : { people };
}

function withoutSecondValues({ people, refusal }: Candidates, rules: LinkRules): Linkable {
  const unique = people.filter(({ namespace }) => rules.isUnique(namespace)).map(({ namespace }) => namespace);
  if (new Set(unique).size < unique.length) return { identities: [], refusal: 'two-values-of-unique-namespace' };
  return { identities: people.length < LEAST ? [] : people.map(identityKey), ...(refusal && { refusal }) };
}
