import { fieldValues, lostFields, type MappedFields } from '#core/activation/vendor-settings.ts';
import type { KlaviyoDestination, KlaviyoKey } from './settings.ts';

/** Fields of a profile at its top, those of `location`, and custom ones below `properties`. */
const TOP = [
  'email',
  'phone_number',
  'external_id',
  'first_name',
  'last_name',
  'organization',
  'locale',
  'title',
  'image',
];
const LOCATION = [
  'address1',
  'address2',
  'city',
  'country',
  'latitude',
  'longitude',
  'region',
  'zip',
  'timezone',
  'ip',
];
const GROUPS = ['location', 'properties'];

/** Mapped fields as Klaviyo nests them. */
export function profileFields(
  fields: MappedFields,
  attributes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fieldValues(fields, attributes))) {
    const [group, inner] = split(name);
    if (inner === undefined) made[name] = value;
    else made[group] = { ...(made[group] as object | undefined), [inner]: value };
  }
  return made;
}

/** What of a profile is to have no value any more: fields as Klaviyo nests them, and the names of custom ones. */
export interface Cleared {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly unset: readonly string[];
}

/** Mapped fields whose value somebody has lost; undefined where there are none. */
export function clearedFields(
  fields: MappedFields,
  attributes: Readonly<Record<string, unknown>>,
): Cleared | undefined {
  const lost = lostFields(fields, attributes).map(split);
  if (lost.length === 0) return undefined;
  const namesIn = (group: string): string[] =>
    lost.flatMap(([name, inner]) => (name === group && inner !== undefined ? [inner] : []));
  const top = lost.flatMap(([name, inner]) => (inner === undefined ? [[name, null] as const] : []));
  const location = namesIn('location').map((name) => [name, null] as const);
  return {
    attributes: { ...Object.fromEntries(top), ...(location.length > 0 && { location: Object.fromEntries(location) }) },
    unset: namesIn('properties'),
  };
}

/** Why a name can't be a mapped field, or undefined where it can. */
export function fieldProblem(name: string, key: KlaviyoKey): string | undefined {
  if (name === key) return `"${name}" is by what profiles are found, and set from their identities`;
  const [group, inner] = split(name);
  const isKnown =
    inner === undefined ? TOP.includes(name) : group === 'properties' ? inner !== '' : LOCATION.includes(inner);
  return isKnown ? undefined : `Klaviyo's profiles have no field "${name}"`;
}

/** What may stand in `fields`, for the catalog's hint. */
export const FIELD_HINT = `${TOP.join(', ')}; location.${LOCATION.join(', location.')}; properties.<name> for all others`;

/** `location.city` → `location`, `city`. */
function split(name: string): readonly [string, string?] {
  const group = GROUPS.find((each) => name.startsWith(`${each}.`));
  return group === undefined ? [name] : [group, name.slice(group.length + 1)];
}

/** The attributes a destination is sent, the consent it asks for among them. */
export const pathsOf = ({ fields }: KlaviyoDestination, consent: string | undefined): string[] => [
  ...new Set([...Object.values(fields), ...(consent === undefined ? [] : [consent])]),
];
