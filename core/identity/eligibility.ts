import type { IdType } from '#core/catalog/definitions.ts';
import { type Identity, identityKey } from './identity.ts';
import type { LinkRules } from './link-rules.ts';

/** Why a record that is fine otherwise says nothing to the identity graph (aep.md §3.2, §3.3, §3.6). */
export type GraphRefusal = 'too-many-identities' | 'invalid-ecid' | 'invalid-value' | 'two-values-of-unique-namespace';

const LEAST = 2;
const MOST = 20;
const LONGEST_VALUE = 1_024;
const ECID = /^\d{38}$/;
/** Values that people's software writes when it has nothing to say. */
const BLOCKED = new Set(['null', 'anonymous', 'invalid', 'undefined']);
const NEVER_LINKED: readonly IdType[] = ['NON_PEOPLE', 'PARTNER'];

/**
 * The identities of a record that may be linked.
 * @returns fewer than two: there is nothing to link; `refusal`: the record must not touch the graph, and why
 */
export function linkableIdentities(
  identities: readonly Identity[],
  rules: LinkRules,
): { identities: readonly string[]; refusal?: GraphRefusal } {
  const people = identities.filter(
    ({ namespace }) => !NEVER_LINKED.includes(rules.typeOf(namespace)) && namespace !== 'AAID',
  );
  const keys = [...new Set(people.map(identityKey))];
  if (keys.length < LEAST) return { identities: [] };
  if (keys.length > MOST) return { identities: [], refusal: 'too-many-identities' };
  if (people.some(({ namespace, value }) => namespace === 'ECID' && !ECID.test(value))) {
    return { identities: [], refusal: 'invalid-ecid' };
  }
  if (people.some(({ value }) => isBlockedValue(value))) return { identities: [], refusal: 'invalid-value' };
  const unique = new Map<string, string>();
  for (const { namespace, value } of people) {
    if (!rules.isUnique(namespace)) continue;
    if ((unique.get(namespace) ?? value) !== value) {
      return { identities: [], refusal: 'two-values-of-unique-namespace' };
    }
    unique.set(namespace, value);
  }
  return { identities: keys };
}

/** Whether a value can name nobody: empty, blank, a placeholder, or longer than 1,024 characters. */
export function isBlockedValue(value: string): boolean {
  const text = value.trim();
  return text === '' || text.length > LONGEST_VALUE || BLOCKED.has(text.toLowerCase());
}
