import type { FieldsOfIdentities, IdentityField } from '#core/record/cleared-identity.ts';
import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';
import type { Assertion, Claim, Link } from './linking-rules.ts';
import { assertedByOthers } from './source.ts';

/**
 * What single datasets have asserted of links, so that their updates can take it back. It is kept only where it says more
 * than that they did: for updates, and for identities in other than the usual fields.
 */

const USUAL: readonly IdentityField[] = [''];

/** What an assertion claims of a link between two of its identities; undefined where nothing has to be kept. */
export function claimOf(a: IdentityKey, b: IdentityKey, { time, tieBreaker, fields }: Assertion): Claim | undefined {
  const own = fields && fieldsAmong([a, b], (key) => fields[key] ?? USUAL);
  if (tieBreaker === undefined && !own) return undefined;
  return { lastSeen: time, tieBreaker: tieBreaker ?? '', ...(own && { fields: own }) };
}

function fieldsAmong(
  keys: readonly IdentityKey[],
  fieldsOf: (key: IdentityKey) => readonly IdentityField[],
): FieldsOfIdentities | undefined {
  const entries = keys.map((key) => [key, fieldsOf(key)] as const).filter(([, fields]) => !isUsual(fields));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

const isUsual = (fields: readonly IdentityField[]): boolean => fields.length === 1 && fields[0] === '';

/** The claims of a link after it is asserted once more; undefined where there are none to keep. */
export function claimsAfter(known: Link, assertion: Assertion): Link['claims'] {
  const { source, time } = assertion;
  const before = known.claims?.[source];
  const now = claimOf(known.a, known.b, assertion);
  if (!before && !now) return known.claims;
  const claim = now ?? { lastSeen: time, tieBreaker: '' };
  const isFirst = !before && !isAssertedBy(known, source);
  const joined = isFirst
    ? claim
    : joinedClaim(before ?? { lastSeen: Number.NEGATIVE_INFINITY, tieBreaker: '' }, claim, known);
  return { ...known.claims, [source]: joined };
}

function joinedClaim(before: Claim, now: Claim, { a, b }: Link): Claim {
  const [early, late] = isAfter(before, now) ? [now, before] : [before, now];
  const fields = fieldsAmong([a, b], (key) => {
    const all = [early, late].flatMap((claim) => claim.fields?.[key] ?? USUAL);
    return [...new Set(all)].sort();
  });
  return { lastSeen: late.lastSeen, tieBreaker: late.tieBreaker, ...(fields && { fields }) };
}

const isAfter = (x: Omit<Claim, 'fields'>, y: Omit<Claim, 'fields'>): boolean =>
  x.lastSeen > y.lastSeen || (x.lastSeen === y.lastSeen && x.tieBreaker > y.tieBreaker);

/** Whether a dataset is one of those that have asserted a link. */
export const isAssertedBy = ({ source, alsoFrom }: Link, dataset: string): boolean =>
  source === dataset || (alsoFrom?.includes(dataset) ?? false);

/**
 * A link after an update has cleared fields in which one of its identities stood: the same link where that is of no
 * matter to it, or was asserted again since.
 * @param key the identity that may have stood in the cleared fields
 * @returns undefined where nobody asserts the link any more
 */
export function withoutCleared(link: Link, key: IdentityKey, update: Assertion): Link | undefined {
  const { source, time, tieBreaker = '', clears = [] } = update;
  if (!isAssertedBy(link, source)) return link;
  const claim = link.claims?.[source];
  // Of what no claim is kept, the last time is that of the link, where the dataset was the last to assert it.
  const last = claim ?? { lastSeen: link.source === source ? link.lastSeen : time, tieBreaker: '' };
  if (isAfter(last, { lastSeen: time, tieBreaker })) return link;
  const fields = claim?.fields?.[key] ?? USUAL;
  const namespace = namespaceOf(key);
  const left = fields.filter((field) => !clears.some((one) => one.namespace === namespace && one.field === field));
  if (left.length === fields.length) return link;
  if (left.length === 0) return assertedByOthers(link, source)[0];
  const others = fieldsAmong([link.a, link.b], (end) => (end === key ? left : (claim?.fields?.[end] ?? USUAL)));
  const kept: Claim = { lastSeen: last.lastSeen, tieBreaker: last.tieBreaker, ...(others && { fields: others }) };
  return { ...link, claims: { ...link.claims, [source]: kept } };
}
