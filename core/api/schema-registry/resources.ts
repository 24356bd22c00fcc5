import { BUILT_IN_SCHEMAS } from '#core/catalog/built-in-schemas.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { PARTS } from '#core/catalog/compose.ts';
import { withoutParts } from '#core/catalog/decompose.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { isObject } from '#core/util/is-object.ts';

export const RESOURCE_TYPES = ['schemas', 'fieldgroups', 'classes', 'datatypes', 'behaviors'] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];
export type Container = 'global' | 'tenant';

/** Something that AEP's schema registry knows: a schema, or a part of schemas. */
export interface Resource {
  readonly type: ResourceType;
  readonly container: Container;
  readonly $id: string;
  /** References lead to other resources by their `$id`. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Whether it is a definition of the catalog that can be changed by itself. */
  readonly isOwn: boolean;
}

/** The resources of a catalog, and those that are built in. */
export interface Registry {
  readonly all: readonly Resource[];
  /** Under which name the company's own fields stand, without its underscore. */
  readonly tenant: string;
  byId(idOrAltId: string): Resource | undefined;
}

const STANDARD = 'https://ns.adobe.com/xdm/';
const RECORD = 'https://ns.adobe.com/xdm/data/record';
const TIME_SERIES = 'https://ns.adobe.com/xdm/data/time-series';

/** What the registry has: of the catalog, and built in. Of several of one `$id` the first counts: those of the catalog. */
export function registryOf(catalog: Catalog): Registry {
  const found = new Map<string, Resource>();
  const add = (one: Resource): void => void (found.has(one.$id) || found.set(one.$id, one));
  for (const schema of catalog.schemas) {
    const { descriptors: _, ...definition } = withoutParts(schema);
    add({ type: 'schemas', container: 'tenant', $id: schema.$id, definition, isOwn: true });
  }
  for (const part of catalog.schemaParts ?? []) {
    add({ type: part['meta:resourceType'], container: 'tenant', $id: part.$id, definition: part, isOwn: true });
  }
  for (const part of BUILT_IN_SCHEMAS) {
    add({ type: typeOfBuiltIn(part.$id), container: 'global', $id: part.$id, definition: part, isOwn: false });
  }
  for (const one of catalog.schemas.flatMap(embeddedParts)) add(one);
  const all = [...found.values()];
  const byAltId = new Map(all.map((one) => [altIdOf(one.$id), one]));
  return { all, tenant: tenantOf(catalog), byId: (id) => found.get(id) ?? byAltId.get(id) };
}

/** Parts that lay beside a schema as files, and are in it since. */
function embeddedParts(schema: SchemaDefinition): Resource[] {
  const parts = isObject(schema[PARTS]) ? Object.entries(schema[PARTS]) : [];
  return parts.map(([$id, part]) => {
    const plain = withoutParts({ ...(part as object), $id, [PARTS]: schema[PARTS] } as unknown as SchemaDefinition);
    const container = $id.startsWith('https://ns.adobe.com/') ? 'global' : 'tenant';
    return { type: typeOfPart($id), container, $id, definition: plain, isOwn: false };
  });
}

function typeOfBuiltIn($id: string): ResourceType {
  if ($id.startsWith(`${STANDARD}data/`)) return 'behaviors';
  if ($id === PROFILE_CLASS || $id === EXPERIENCE_EVENT_CLASS) return 'classes';
  return $id.endsWith('/identityitem') ? 'datatypes' : typeOfPart($id);
}

const typeOfPart = ($id: string): ResourceType =>
  $id.includes('/datatypes/') ? 'datatypes' : $id.includes('/classes/') ? 'classes' : 'fieldgroups';

/** `_acme.schemas.5f` for `https://ns.adobe.com/acme/schemas/5f`: stands in addresses without being encoded. */
export const altIdOf = ($id: string): string =>
  `_${$id
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/^ns\.adobe\.com\//, '')
    .replaceAll('/', '.')}`;

const NOT_TENANTS = new Set(['_id', '_repo', '_experience', '_type']);

/** The first name of a schema that begins as only those of a company do. */
function tenantOf({ schemas, schemaParts = [] }: Catalog): string {
  const names = [...schemas, ...schemaParts].flatMap(({ properties }) =>
    Object.keys(isObject(properties) ? properties : {}),
  );
  const own = names.find((name) => /^_[a-z][\w-]*$/i.test(name) && !NOT_TENANTS.has(name));
  return own === undefined ? 'tenant' : own.slice(1);
}

/** What a resource is said to build on: its class and behaviour, and everything that it refers to at its top. */
export function extendsOf({ type, definition }: Resource): string[] {
  const references = (Array.isArray(definition.allOf) ? definition.allOf : []).flatMap((one: unknown) =>
    isObject(one) && typeof one.$ref === 'string' && !one.$ref.startsWith('#') ? [one.$ref] : [],
  );
  const ofClass = typeof definition['meta:class'] === 'string' ? [definition['meta:class']] : [];
  const classes = [...ofClass, ...(type === 'classes' ? [String(definition.$id)] : [])];
  const behaviours = classes.flatMap((one) => (one === EXPERIENCE_EVENT_CLASS ? [TIME_SERIES] : [RECORD]));
  return [...new Set([...references, ...ofClass, ...behaviours])];
}
