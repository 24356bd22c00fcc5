import { hash } from 'node:crypto';
import type { Catalog } from '#core/catalog/catalog.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { writtenValue } from '#core/catalog/write-definitions.ts';
import type { SchemaDefinition, SchemaDescriptor } from '#core/schema/definition.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { pageByPlace } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import { propertyFilter } from '../management/property-filter.ts';
import type { RouteCall } from '../management/route.ts';
import { formOf } from './present.ts';

const FAMILY = 'schema-registry';
type Body = Readonly<Record<string, unknown>>;

/** A descriptor and where it stands: here descriptors are part of the schema that they are about. */
interface Placed {
  readonly schema: SchemaDefinition;
  readonly index: number;
  readonly descriptor: SchemaDescriptor;
  readonly id: string;
}

const placedOf = ({ schemas }: Catalog): Placed[] =>
  schemas.flatMap((schema) =>
    schema.descriptors.map((descriptor, index) => ({ schema, index, descriptor, id: idOf(schema, descriptor) })),
  );

/** Those of files have none; whatever is not said of the field tells them apart. */
const idOf = ({ $id }: SchemaDefinition, descriptor: SchemaDescriptor): string =>
  descriptor['@id'] ??
  hash('sha256', [$id, descriptor['@type'], descriptor['xdm:sourceProperty']].join('\n')).slice(0, 48);

const described = ({ schema, descriptor, id }: Placed, imsOrg: string) => ({
  ...descriptor,
  '@id': id,
  'xdm:sourceSchema': schema.$id,
  'xdm:sourceVersion': 1,
  'meta:containerId': 'tenant',
  imsOrg,
  version: '1',
});

const orgOf = ({ call }: RouteCall): string => call.headers['x-gw-ims-org-id'] ?? '';

/** `GET /tenant/descriptors`: by their types, or, in the second form (`xdm-v2`), one list. */
export async function listDescriptors(
  call: RouteCall<{ start?: string | undefined; limit: number }>,
): Promise<HttpAnswer> {
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem(FAMILY, 400, filter);
  const { catalog } = await call.deps.definitions.active();
  const all = placedOf(catalog)
    .map((one) => described(one, orgOf(call)))
    .filter(filter);
  const { shown, isSecond } = formOf(call.call, 'whole');
  const shownAs = (one: (typeof all)[number]): object | string => {
    if (shown === 'whole') return one;
    return shown === 'id' ? one['@id'] : `/tenant/descriptors/${one['@id']}`;
  };
  if (!isSecond) {
    const byType = Object.entries(Object.groupBy(all, (one) => one['@type']));
    return { status: 200, body: Object.fromEntries(byType.map(([type, list = []]) => [type, list.map(shownAs)])) };
  }
  const page = pageByPlace(all, (one) => one['@id'], call.query);
  if (!page) return problem(FAMILY, 400, 'start: expected _page.next of the page before');
  const _page = { orderby: '@id', next: page.next ?? null, count: page.items.length };
  return { status: 200, body: { results: page.items.map(shownAs), _page, _links: {} } };
}

const NONE = problem(FAMILY, 404, 'There is no descriptor of this id');

/** `GET /tenant/descriptors/{id}` */
export async function showDescriptor(call: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await call.deps.definitions.active();
  const found = placedOf(catalog).find(({ id }) => id === call.params.id);
  if (!found) return NONE;
  return { status: 200, headers: { etag: tagOf(found.descriptor) }, body: described(found, orgOf(call)) };
}

/** `POST /tenant/descriptors` */
export async function createDescriptor(body: Body, call: RouteCall): Promise<HttpAnswer> {
  const id = hash('sha256', call.deps.newId()).slice(0, 48);
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const schema = catalog.schemas.find(({ $id }) => $id === body['xdm:sourceSchema']);
    if (!schema) return problem(FAMILY, 400, 'xdm:sourceSchema: the catalog has no schema of this $id');
    return [withDescriptors(schema, [...schema.descriptors, { ...written(body), '@id': id }])];
  });
  return isAnswer(edited) ? edited : answerWith(id, edited.active, call, 201);
}

/** `PUT /tenant/descriptors/{id}` */
export async function replaceDescriptor(body: Body, call: RouteCall): Promise<HttpAnswer> {
  const id = call.params.id!;
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const found = placedOf(catalog).find((one) => one.id === id);
    if (!found) return NONE;
    const stale = staleness(call.call, found.descriptor, FAMILY);
    if (stale) return stale;
    return [
      withDescriptors(
        found.schema,
        found.schema.descriptors.with(found.index, { ...written(body), '@id': id } as never),
      ),
    ];
  });
  return isAnswer(edited) ? edited : answerWith(id, edited.active, call, 201);
}

/** `DELETE /tenant/descriptors/{id}` */
export async function deleteDescriptor(call: RouteCall): Promise<HttpAnswer> {
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const found = placedOf(catalog).find(({ id }) => id === call.params.id);
    if (!found) return NONE;
    return (
      staleness(call.call, found.descriptor, FAMILY) ?? [
        withDescriptors(found.schema, found.schema.descriptors.toSpliced(found.index, 1)),
      ]
    );
  });
  return isAnswer(edited) ? edited : { status: 204 };
}

const READ_ONLY = new Set(['@id', 'imsOrg', 'version', 'meta:containerId', 'meta:sandboxId', 'meta:sandboxType']);

const written = (body: Body): Body => Object.fromEntries(Object.entries(body).filter(([name]) => !READ_ONLY.has(name)));

function withDescriptors(schema: SchemaDefinition, descriptors: readonly unknown[]) {
  const value = writtenValue({ kind: 'schemas', name: schema.$id, definition: schema }) as object;
  return { kind: 'schemas' as const, name: schema.$id, value: { ...value, descriptors } };
}

function answerWith(id: string, { catalog }: ActiveDefinitions, call: RouteCall, status: number): HttpAnswer {
  const found = placedOf(catalog).find((one) => one.id === id)!;
  return { status, headers: { etag: tagOf(found.descriptor) }, body: described(found, orgOf(call)) };
}
