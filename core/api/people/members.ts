import * as z from 'zod';
import { findProfile } from '#core/access/find-profile.ts';
import { askedAudience } from '#core/catalog/plan-segment.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { compileSegments } from '#core/segmentation/segment-set.ts';
import { valueAtKeys } from '#core/util/value-at-keys.ts';
import type { HttpAnswer } from '../http.ts';
import { whole } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import { isoOf, nameOf } from './attributes.ts';
import { mayExplain } from './audiences.ts';
import { audited } from './audited.ts';
import type { PeopleCall } from './deps.ts';
import { FAMILY, type Glass, glassOf } from './opened.ts';

const MAX_MEMBERS = 50;
/** Items of memberships that are looked through for one sample. */
const MAX_EXAMINED = 5_000;

export const membersQuery = z.object({
  audience: z.string().min(1).max(128),
  limit: whole.pipe(z.int().min(1).max(MAX_MEMBERS)).default(20),
});

interface Member {
  readonly key: IdentityKey;
  readonly since: number;
}

/** `GET /?audience=…`: some members of an audience, with what its rule reads of them. */
export async function sampleMembers(call: PeopleCall<z.output<typeof membersQuery>>): Promise<HttpAnswer> {
  const glass = await glassOf(call);
  if ('status' in glass) return glass;
  const { deps, query } = call;
  const { catalog } = await deps.definitions.active();
  const audience = askedAudience(catalog, glass.catalog, query.audience);
  if (!audience) return problem(FAMILY, 404, 'The active definitions have no audience of this id');
  if (!mayExplain(query.audience, catalog, glass)) {
    return problem(
      FAMILY,
      403,
      'The rule of this audience reads a field whose label the scopes of the caller do not name',
    );
  }
  const { members, isComplete } = await membersOf(query, call);
  const keys = members.map(({ key }) => key);
  const paths = compileSegments(audience.definitions, audience.options).attributeKeys.filter((path) => path.length > 0);
  const isMasked = glass.visibility.values === 'masked';
  const fields = paths.map((path) => path.join('.'));
  const obstacle = await audited({ what: 'audiences', keys, found: keys.length, fields, isMasked }, FAMILY, call);
  if (obstacle) return obstacle;
  const profiles: object[] = [];
  for (const member of members) {
    const shown = await shownMember(member, paths, audience.mergePolicy, glass, call);
    if (shown) profiles.push(shown);
  }
  const { name } = audience.definitions.at(-1)!;
  const body = { audience: nameOf({ id: query.audience, name }), asOf: isoOf(deps.now()), profiles, isComplete };
  return { status: 200, body };
}

/** @returns `isComplete`: these are all there are */
async function membersOf(
  { audience, limit }: z.output<typeof membersQuery>,
  { deps }: PeopleCall,
): Promise<{ readonly members: readonly Member[]; readonly isComplete: boolean }> {
  const members: Member[] = [];
  let examined = 0;
  for await (const { profiles } of deps.memberships.scan()) {
    for (const [key, { segments }] of Object.entries(profiles)) {
      const membership = segments[audience];
      if (membership?.status !== 'realized') continue;
      if (members.length === limit) return { members, isComplete: false };
      members.push({ key, since: membership.lastQualificationTime });
    }
    if (++examined === MAX_EXAMINED) return { members, isComplete: false };
  }
  return { members, isComplete: true };
}

/** Undefined for somebody who was deleted, or merged, in between. */
async function shownMember(
  { key, since }: Member,
  paths: readonly (readonly string[])[],
  mergePolicy: MergePolicyDefinition,
  glass: Glass,
  { deps }: PeopleCall,
): Promise<object | undefined> {
  const found = await findProfile(key, mergePolicy, { profiles: deps.profiles, settings: glass.settings.access });
  if (!found) return undefined;
  const { id: reference, ...identity } = glass.identity(found.profile.key);
  return {
    reference,
    identity,
    since: isoOf(since),
    fields: paths.flatMap((path) => shownField(path, found.profile.view, glass)),
  };
}

function shownField(path: readonly string[], view: object, { visibility }: Glass): object[] {
  const value = valueAtKeys(view, path);
  if (value === undefined) return [];
  const shown = visibility.shown(path, value);
  return [{ path, ...(shown ? { value: shown.value } : { isMasked: true }), labels: visibility.labelsOf(path) }];
}
