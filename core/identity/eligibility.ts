import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';
import type { LinkingRules } from './linking-rules.ts';
import { isNeverLinked } from './namespaces.ts';
import { isBlockedValue } from './placeholders.ts';

/**
 * Why the identity graph did not take what a record says, or not all of it (aep.md §3.3, §3.6). The record itself is in
 * the lake, and in the profile, all the same.
 */
export const GRAPH_REJECTIONS = [
  // Nothing of the record is linked.
  'too-many-identities',
  'invalid-ecid',
  'value-too-long',
  'two-values-of-unique-namespace',
  'over-connected-identity',
  // One of its identities is not linked; the others are, if there are two.
  'blocked-value',
  'blocked-namespace',
  'too-many-links-in-batch',
] as const;
export type GraphRejection = (typeof GRAPH_REJECTIONS)[number];

/** What a record says to the graph. */
export interface Linkable {
  /** Two or more, or none: there is nothing to link. */
  readonly identities: readonly IdentityKey[];
  /** The first reason why something was left out. */
  readonly rejection?: GraphRejection;
}

const LEAST = 2;
const MAX = 20;
const MAX_VALUE_LENGTH = 1_024;
const ECID = /^\d{38}$/;

export const NOTHING_TO_LINK: Linkable = { identities: [] };

/**
 * The identities of a record that are linked with one another (aep.md §3.1 to §3.3). Those of things and of partners never
 * are; that is no rejection.
 * @param values whether the rules for single values and for their number apply; what is unique always is
 */
export function linkableIdentities(
  identities: readonly Identity[],
  rules: LinkingRules,
  values: 'checked' | 'unchecked' = 'checked',
): Linkable {
  const distinct = [...new Map(identities.map((identity) => [identityKey(identity), identity])).values()];
  if (distinct.length < LEAST) return NOTHING_TO_LINK;
  const personal = distinct.filter(({ namespace }) => !isNeverLinked(rules.typeOf(namespace)));
  if (values === 'unchecked') return withoutSecondValues({ personal }, rules);
  const rejection = distinct.length > MAX ? 'too-many-identities' : rejectionOfValue(personal);
  return rejection ? { identities: [], rejection } : withoutSecondValues(withoutBlocked(personal, rules), rules);
}

function rejectionOfValue(personal: readonly Identity[]): GraphRejection | undefined {
  if (personal.some(({ namespace, value }) => namespace === 'ECID' && !ECID.test(value))) return 'invalid-ecid';
  if (personal.some(({ value }) => value.length > MAX_VALUE_LENGTH)) return 'value-too-long';
  return undefined;
}

interface Candidates {
  readonly personal: readonly Identity[];
  readonly rejection?: GraphRejection;
}

function withoutBlocked(personal: readonly Identity[], rules: LinkingRules): Candidates {
  const named = personal.filter(({ value }) => !isBlockedValue(value));
  const open = named.filter(({ namespace }) => !rules.isBlocked(namespace));
  if (named.length < personal.length) return { personal: open, rejection: 'blocked-value' };
  return open.length < named.length ? { personal: open, rejection: 'blocked-namespace' } : { personal };
}

function withoutSecondValues({ personal, rejection }: Candidates, rules: LinkingRules): Linkable {
  const unique = personal.filter(({ namespace }) => rules.isUnique(namespace)).map(({ namespace }) => namespace);
  if (new Set(unique).size < unique.length) return { identities: [], rejection: 'two-values-of-unique-namespace' };
  return { identities: personal.length < LEAST ? [] : personal.map(identityKey), ...(rejection && { rejection }) };
}
