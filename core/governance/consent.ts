import { HASHED_NAMESPACES, hashIdentity } from '#core/identity/hashing.ts';
import { type NormalForms, normalIdentity } from '#core/identity/normal-form.ts';
import { childOf } from '#core/profile/consents.ts';
import type { Identity } from '#core/record/identity.ts';
import { isObject } from '#core/util/is-object.ts';
import type { ConsentPolicyDefinition } from './definition.ts';

const atPath = (node: unknown, path: readonly string[]): unknown => path.reduce(childOf, node);

/** What opts out for good: nothing more specific goes against it. */
const OPTED_OUT = 'n';

/**
 * What a person says about a consent, or undefined.
 * A channel's own value counts, and where there is none that of `any`; an opt-out of `any` opts out of every channel.
 */
function valueIn(consents: unknown, { channel, consent }: ConsentPolicyDefinition): unknown {
  if (channel === undefined) return valAt(atPath(consents, consent!.split('.')));
  const marketing = childOf(consents, 'marketing');
  const [any, own] = [valAt(childOf(marketing, 'any')), valAt(childOf(marketing, channel))];
  if (any === OPTED_OUT) return any;
  return own === undefined || own === 'u' ? (any ?? own) : own;
}

const valAt = (node: unknown): unknown => childOf(node, 'val');

/**
 * The identities of a person that may be told under a consent policy. An identity's own consent (`idSpecific`) goes
 * before the person's, unless the person has opted out (aep.md §1.5; docs/governance.md, "Consent"). A consent that
 * nobody gave is none.
 * @param normalForms how the identities that are named in consents are compared
 */
export function consenting(
  identities: readonly Identity[],
  consents: unknown,
  policy: ConsentPolicyDefinition,
  normalForms: NormalForms,
): readonly Identity[] {
  const person = valueIn(consents, policy);
  if (person === OPTED_OUT) return [];
  return identities.filter((identity) => {
    const own = specificTo(identity, consents, normalForms)
      .map((specific) => valueIn(specific, policy))
      .filter((value) => value !== undefined);
    const values = own.length > 0 ? own : [person];
    return values.every((value) => (policy.values as readonly unknown[]).includes(value));
  });
}

/** What was said about one identity; about a hash also what was said about the address or number behind it. */
function specificTo(identity: Identity, consents: unknown, normalForms: NormalForms): readonly unknown[] {
  const specific = childOf(consents, 'idSpecific');
  if (!isObject(specific)) return [];
  return Object.entries(specific).flatMap(([namespace, ids]) => {
    if (!isObject(ids)) return [];
    return Object.entries(ids).flatMap(([value, said]) =>
      isSame(identity, { namespace, value }, normalForms) ? [said] : [],
    );
  });
}

/** Namespaces are written in any case here, and so are e-mail addresses; values have their normal form. */
function isSame(identity: Identity, { namespace, value }: Identity, normalForms: NormalForms): boolean {
  const isEmail = namespace.toLowerCase() === 'email';
  if (identity.namespace.toLowerCase() === namespace.toLowerCase()) {
    const named = normalIdentity({ namespace: identity.namespace, value }, normalForms).value;
    return isEmail ? identity.value.trim().toLowerCase() === named.trim().toLowerCase() : identity.value === named;
  }
  if (!HASHED_NAMESPACES.has(identity.namespace)) return false;
  const hashed = hashIdentity(normalIdentity({ namespace: isEmail ? 'Email' : namespace, value }, normalForms));
  return hashed !== undefined && hashed.value === identity.value.trim().toLowerCase();
}
