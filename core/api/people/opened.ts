import { type FoundProfile, findProfile } from '#core/access/find-profile.ts';
import { identityIn, referenceOf } from '#core/access/profile-reference.ts';
import type { ReadKind } from '#core/access/read-log.ts';
import { type Visibility, visibilityOf } from '#core/access/visibility.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { type StageSettings, stageSettings } from '#core/catalog/stage-settings.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { HttpAnswer } from '../http.ts';
import { missingScope } from '../management/caller-problem.ts';
import { problem } from '../management/problem.ts';
import { audited } from './audited.ts';
import type { PeopleCall } from './deps.ts';

export const FAMILY = 'profiles';

/** An identity as it is shown: its value only to who may see it. `id` stands for it in addresses and bodies. */
export interface ShownIdentity {
  readonly id: string;
  readonly namespace: string;
  readonly value?: string;
}

/** How people are shown to a caller. */
export interface Glass {
  readonly catalog: CompiledCatalog;
  readonly settings: StageSettings;
  readonly visibility: Visibility;
  identity(key: IdentityKey): ShownIdentity;
  /** The identity that an id stands for; undefined where it stands for none. */
  keyOf(id: string): IdentityKey | undefined;
}

/** @returns an answer where the caller may look at nobody */
export async function glassOf({ caller, deps }: PeopleCall): Promise<Glass | HttpAnswer> {
  const catalog = await deps.catalog.current();
  const settings = stageSettings(catalog);
  const visibility = visibilityOf(caller, settings.access.labelledFields);
  if (!visibility) return missingScope('profile:read');
  const secret = await deps.referenceSecret();
  const isNamed = visibility.values === 'all';
  return {
    catalog,
    settings,
    visibility,
    identity(key) {
      const { namespace, value } = parseIdentityKey(key);
      return { id: referenceOf(key, secret), namespace, ...(isNamed && { value }) };
    },
    keyOf: (id) => identityIn(id, secret),
  };
}

/** A person whose page is looked at, and how they are shown. */
export interface Opened extends FoundProfile, Glass {
  readonly key: IdentityKey;
}

/**
 * The person of the reference in the address. That they are looked at is written down first.
 * @returns an answer where nobody can be shown
 */
export async function openProfile(
  call: PeopleCall,
  what: ReadKind,
  fields?: readonly string[],
): Promise<Opened | HttpAnswer> {
  const glass = await glassOf(call);
  if ('status' in glass) return glass;
  const key = glass.keyOf(call.params.reference ?? '');
  if (key === undefined) return UNKNOWN_REFERENCE;
  const { profiles } = call.deps;
  const { access } = glass.settings;
  const found = await findProfile(key, access.mergePolicy, { profiles, settings: access });
  const isMasked = glass.visibility.values === 'masked';
  const read = { what, keys: [key], found: found ? 1 : 0, isMasked, ...(fields && { fields }) };
  const obstacle = await audited(read, FAMILY, call);
  if (obstacle) return obstacle;
  return found ? { ...found, ...glass, key } : NOBODY;
}

const UNKNOWN_REFERENCE = problem(
  FAMILY,
  404,
  'This is no reference of a profile of this stage; POST /tributary/profiles/search gives the one of an identity',
);
const NOBODY = problem(
  FAMILY,
  404,
  'Nobody is known by this reference any more: the profile was deleted, or has expired. Search for it anew',
);
