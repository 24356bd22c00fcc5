import type { Identity } from '#core/record/identity.ts';
import { groupBy } from '#core/util/group-by.ts';

export type IdentityMap = Readonly<Record<string, readonly { readonly id: string }[]>>;

/** Namespace code in lower case → ids, as AEP's own answers have it (aep.md §1.2). */
export function identityMap(identities: readonly Identity[]): IdentityMap {
  const byCode = groupBy(identities, ({ namespace }) => namespace.toLowerCase());
  return Object.fromEntries([...byCode].map(([code, group]) => [code, group.map(({ value }) => ({ id: value }))]));
}

/** The identity map of a profile, with codes in lower case. */
export const lowerCaseCodes = (map: object): object =>
  Object.fromEntries(Object.entries(map).map(([code, items]) => [code.toLowerCase(), items]));
