import { PARTS } from '#core/catalog/compose.ts';
import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import type { HttpAnswer } from '../http.ts';
import { mayDo } from '../management/caller.ts';
import { tagOf } from '../management/edit.ts';
import { pageByNumber } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import { propertyFilter } from '../management/property-filter.ts';
import type { RouteCall } from '../management/route.ts';
import { resolved } from '../schema-registry/resolve.ts';
import { registryOf } from '../schema-registry/resources.ts';
import { type DatasetContext, describeDataset, VIEW } from './present.ts';

const FAMILY = 'catalog';

export interface DatasetQuery {
  readonly limit: number;
  readonly start: number;
  readonly name?: string | undefined;
  readonly properties?: string | undefined;
  readonly orderBy?: string | undefined;
}

/** The datasets that a caller sees: a source connection those that it may send to. */
async function visible({
  deps,
  call,
  caller,
}: RouteCall): Promise<{ all: DatasetDefinition[]; context: DatasetContext }> {
  const { catalog, activeSince = 0 } = await deps.definitions.active();
  const all = catalog.datasets.filter(({ id }) => caller.kind !== 'connection' || mayDo(caller, 'ingest', id));
  return { all, context: { catalog, call, stage: deps.stage, since: activeSince } };
}

/** `GET /dataSets`: by id. */
export async function listDatasets(call: RouteCall<DatasetQuery>): Promise<HttpAnswer> {
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem(FAMILY, 400, filter);
  const { name, properties, orderBy = 'asc:id' } = call.query;
  const { all, context } = await visible(call);
  const described = all
    .map((definition) => ({ id: definition.id, body: describeDataset(definition, context) as Record<string, unknown> }))
    .filter(({ id, body }) => (name === undefined || body.name === name) && filter({ ...body, id }));
  if (orderBy.startsWith('desc')) described.reverse();
  const { items } = pageByNumber(described, call.query);
  return { status: 200, body: Object.fromEntries(items.map(({ id, body }) => [id, pick(body, properties)])) };
}

const pick = (body: Record<string, unknown>, properties: string | undefined): object => {
  const names = properties?.split(',');
  return names ? Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name))) : body;
};

const NONE = problem(FAMILY, 404, 'There is no dataset of this id');

/** `GET /dataSets/{id}` */
export async function showDataset(call: RouteCall<Pick<DatasetQuery, 'properties'>>): Promise<HttpAnswer> {
  const { all, context } = await visible(call);
  const definition = all.find(({ id }) => id === call.params.id);
  if (!definition) return NONE;
  const { properties } = call.query;
  const body = describeDataset(definition, context) as Record<string, unknown>;
  const wanted = properties?.split(',').includes('observableSchema')
    ? { ...body, observableSchema: observable(definition, context) }
    : body;
  return { status: 200, headers: { etag: tagOf(definition) }, body: { [definition.id]: pick(wanted, properties) } };
}

/** The fields that records of the dataset may have. */
function observable({ schemaRef }: DatasetDefinition, { catalog }: DatasetContext): object {
  const registry = registryOf(catalog);
  const schema = registry.byId(schemaRef.id);
  const { properties = {} } = schema ? resolved(schema.definition, registry) : {};
  return { type: 'object', 'meta:xdmType': 'object', properties: properties as object, [PARTS]: undefined };
}

/** `GET /dataSets/{id}/views`, `…/{viewId}`, and the files of one. */
export async function showView(call: RouteCall): Promise<HttpAnswer> {
  const { all } = await visible(call);
  const { id, viewId } = call.params;
  if (!all.some((one) => one.id === id)) return NONE;
  if (viewId !== undefined && viewId !== VIEW) return problem(FAMILY, 404, 'There is no view of this id');
  const view = {
    [VIEW]: { dataSetId: id, version: '1.0.0', transforms: '', files: `@/dataSets/${id}/views/${VIEW}/files` },
  };
  return { status: 200, body: view };
}
