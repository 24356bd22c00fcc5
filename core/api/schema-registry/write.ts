import { hash } from 'node:crypto';
import { BUILT_IN_SCHEMAS } from '#core/catalog/built-in-schemas.ts';
import type { Change } from '#core/catalog/change.ts';
import { PARTS } from '#core/catalog/compose.ts';
import { withParts } from '#core/catalog/decompose.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, TENANT_CONTAINER } from '#core/schema/definition.ts';
import { isObject } from '#core/util/is-object.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { type JsonPatch, patched } from '../management/patch.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { formOf, present } from './present.ts';
import { type Registry, type Resource, type ResourceType, registryOf } from './resources.ts';

const FAMILY = 'schema-registry';
type Body = Readonly<Record<string, unknown>>;

/** What the registry says of a resource, and is not part of it. */
const READ_ONLY = new Set([
  ...['meta:altId', 'version', 'imsOrg', 'meta:extends', 'meta:abstract', 'meta:extensible', 'meta:registryMetadata'],
  ...['meta:tenantNamespace', 'meta:sandboxId', 'meta:sandboxType', 'meta:containerId', 'meta:resourceType'],
  ...['meta:createdDate', 'refs', 'meta:xdmType'],
]);

/** A resource as it is kept: without what the registry says of it. */
export const written = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !READ_ONLY.has(name)));

const WORDS: Readonly<Record<ResourceType, string>> = {
  schemas: 'schemas',
  fieldgroups: 'mixins',
  classes: 'classes',
  datatypes: 'datatypes',
  behaviors: 'behaviors',
};

const newAddress = (type: ResourceType, { tenant }: Registry, newId: () => string): string =>
  `https://ns.adobe.com/${tenant}/${WORDS[type]}/${hash('sha256', newId()).slice(0, 48)}`;

/** `POST /tenant/schemas`, `/tenant/fieldgroups`, …: a new resource of the catalog. */
export async function createResource(type: ResourceType, body: Body, call: RouteCall): Promise<HttpAnswer> {
  let $id = typeof body.$id === 'string' && body.$id !== '' ? body.$id : undefined;
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const registry = registryOf(catalog);
    $id ??= newAddress(type, registry, call.deps.newId);
    if (registry.byId($id)) return problem(FAMILY, 409, `There is a resource of the $id ${$id} already`);
    return [changeTo(type, $id, { ...written(body), $id }, registry, undefined)];
  });
  return isAnswer(edited) ? edited : shown($id!, edited.active, call, 201);
}

/** `PUT`: the resource is what the body says. */
export const replaceResource = (type: ResourceType, body: Body, call: RouteCall): Promise<HttpAnswer> =>
  changeResource(type, call, ({ $id }) => ({ ...written(body), $id }));

/** `PATCH`: a JSON Patch of the resource as it is told. */
export const patchResource = (type: ResourceType, patch: JsonPatch, call: RouteCall): Promise<HttpAnswer> =>
  changeResource(type, call, ({ definition, $id }) => {
    const result = patched({ ...definition }, patch);
    return typeof result === 'string' ? problem(FAMILY, 400, result) : { ...written(result), $id };
  });

async function changeResource(
  type: ResourceType,
  call: RouteCall,
  change: (resource: Resource) => Body | HttpAnswer,
): Promise<HttpAnswer> {
  let $id = '';
  const edited = await editDefinitions(call, FAMILY, (active) => {
    const found = ownResource(type, active, call);
    if (isAnswer(found)) return found;
    const changed = change(found);
    if (isAnswer(changed)) return changed;
    ({ $id } = found);
    return [changeTo(type, $id, changed as Body, registryOf(active.catalog), active)];
  });
  return isAnswer(edited) ? edited : shown($id, edited.active, call, 200);
}

/** `DELETE`: only what nothing refers to any more; what does is said, as `catalog validate` says it. */
export async function deleteResource(type: ResourceType, call: RouteCall): Promise<HttpAnswer> {
  const edited = await editDefinitions(call, FAMILY, (active) => {
    const found = ownResource(type, active, call);
    if (isAnswer(found)) return found;
    const user = active.catalog.schemas.find((schema) => isObject(schema[PARTS]) && found.$id in schema[PARTS]);
    if (user) return problem(FAMILY, 409, `The schema ${user.$id} uses it`);
    return [{ kind: type === 'schemas' ? 'schemas' : 'schema-parts', name: found.$id, value: undefined }];
  });
  return isAnswer(edited) ? edited : { status: 204 };
}

/** A resource that the caller may change, as far as it is the one that the caller knows. */
function ownResource(type: ResourceType, { catalog }: ActiveDefinitions, { params, call }: RouteCall) {
  const found = registryOf(catalog).byId(params.id!);
  if (!found || found.type !== type) return problem(FAMILY, 404, `There is no such resource among the ${type}`);
  if (!found.isOwn) {
    const hint = 'it is built in, or part of the schemas that use it: give it a new $id and create it';
    return problem(FAMILY, 403, `This one cannot be changed: ${hint}`);
  }
  return staleness(call, found.definition, FAMILY) ?? found;
}

/** The change with which a resource of the catalog is as it is written. @param active where it was before, if it was */
export function changeTo(
  type: ResourceType,
  $id: string,
  definition: Body,
  registry: Registry,
  active: ActiveDefinitions | undefined,
): Change {
  if (type !== 'schemas') {
    const value = { ...definition, 'meta:resourceType': type, 'meta:containerId': TENANT_CONTAINER };
    return { kind: 'schema-parts', name: $id, value };
  }
  const before = active?.catalog.schemas.find((schema) => schema.$id === $id);
  const parts = isObject(before?.[PARTS]) ? Object.entries(before[PARTS]) : [];
  const embedded = parts.filter(([id]) => !registry.byId(id)?.isOwn && !BUILT_IN.has(id));
  const schema = {
    ...definition,
    'meta:class': definition['meta:class'] ?? classOf(definition, registry),
    ...(before && before.descriptors.length > 0 && { descriptors: before.descriptors }),
  };
  return { kind: 'schemas', name: $id, value: withParts(schema, Object.fromEntries(embedded)) };
}

const BUILT_IN = new Set(BUILT_IN_SCHEMAS.map((schema) => schema.$id));

/** A schema of AEP says its class by referring to it. */
function classOf({ allOf }: Body, registry: Registry): string | undefined {
  const references = (Array.isArray(allOf) ? allOf : []).flatMap((one: unknown) =>
    isObject(one) && typeof one.$ref === 'string' ? [one.$ref] : [],
  );
  const known = references.find((id) => registry.byId(id)?.type === 'classes');
  return known ?? references.find((id) => id === PROFILE_CLASS || id === EXPERIENCE_EVENT_CLASS);
}

function shown($id: string, { catalog }: ActiveDefinitions, { call }: RouteCall, status: number): HttpAnswer {
  const registry = registryOf(catalog);
  const resource = registry.byId($id)!;
  const form = { ...formOf(call, 'whole'), shown: 'whole' as const, isFull: false };
  const body = present(resource, registry, form, call.headers['x-gw-ims-org-id'] ?? '');
  return { status, headers: { etag: tagOf(resource.definition) }, body };
}
