import * as z from 'zod';
import { findProfile } from '#core/access/find-profile.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import { identityKey } from '#core/record/identity.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import { audited } from './audited.ts';
import type { PeopleCall } from './deps.ts';
import { FAMILY, glassOf } from './opened.ts';

export const searchBody = z.strictObject({
  /** Its code, in whatever case, or its URI. */
  namespace: z.string().min(1).max(256),
  value: z.string().min(1).max(1_024),
});

/** `POST /search`: the reference of whoever is known by an identity. It stands in a body, and in no address. */
export async function searchProfile(call: PeopleCall<unknown, z.output<typeof searchBody>>): Promise<HttpAnswer> {
  const glass = await glassOf(call);
  if ('status' in glass) return glass;
  const { access } = glass.settings;
  const { namespace, value } = call.body;
  const code = access.namespaceOf(namespace);
  if (code === undefined) {
    const known = [...glass.catalog.namespaces.keys()].sort().join(', ');
    return problem(FAMILY, 400, `The catalog has no namespace of this code or URI; it has: ${known}`);
  }
  const { profiles } = call.deps;
  const key = await storedKey(identityKey({ namespace: code, value }), access.normalForms, profiles);
  const found = await findProfile(key, access.mergePolicy, { profiles, settings: access });
  const isMasked = glass.visibility.values === 'masked';
  const read = { what: 'identities', keys: [key], found: found ? 1 : 0, isMasked } as const;
  const obstacle = await audited(read, FAMILY, call);
  if (obstacle) return obstacle;
  if (!found) return { status: 200, body: { profiles: [] } };
  const { id: reference, ...identity } = glass.identity(found.profile.key);
  return {
    status: 200,
    body: { profiles: [{ reference, identity, identities: found.profile.identities.length }] },
  };
}
