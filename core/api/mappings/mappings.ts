import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import type { MappingRule } from '#core/ingestion/mapping/definition.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'mappings';
const NONE = problem(FAMILY, 404, 'There is no mapping set of this id: it is the id of a dataset that has a mapping');

/** A mapping set is the mapping of a dataset, and has its id. */
const described = ({ id, name = id, schemaRef, mapping = [] }: DatasetDefinition, since: number) => ({
  id,
  name,
  version: 0,
  createdDate: new Date(since).toISOString(),
  modifiedDate: new Date(since).toISOString(),
  createdBy: 'tributary',
  modifiedBy: 'tributary',
  outputSchema: { schemaRef: { id: schemaRef.id, contentType: 'application/vnd.adobe.xed-full+json;version=1' } },
  mappings: mapping.map(ruleOf),
});

const ruleOf = (rule: MappingRule, at: number) => ({
  id: String(at),
  version: 0,
  sourceType: rule.source === undefined ? 'EXPRESSION' : 'ATTRIBUTE',
  source: rule.source ?? rule.expression ?? JSON.stringify(rule.constant),
  destination: rule.destination,
  sourceAttribute: rule.source ?? rule.expression ?? JSON.stringify(rule.constant),
  destinationXdmPath: rule.destination,
});

async function mapped({ deps }: RouteCall) {
  const { catalog, activeSince = 0 } = await deps.definitions.active();
  return catalog.datasets.filter(({ mapping }) => mapping).map((dataset) => described(dataset, activeSince));
}

/** `GET /mappingSets` */
export async function listMappingSets(
  call: RouteCall<{ name?: string | undefined; limit: number; start: number }>,
): Promise<HttpAnswer> {
  const { name, limit, start } = call.query;
  const all = (await mapped(call)).filter((one) => name === undefined || one.name === name);
  return {
    status: 200,
    body: { data: all.slice(start, start + limit), _page: { count: all.length, limit }, _links: {} },
  };
}

/** `GET /mappingSets/{id}` */
export async function showMappingSet(call: RouteCall): Promise<HttpAnswer> {
  const found = (await mapped(call)).find(({ id }) => id === call.params.id);
  return found ? { status: 200, body: found } : NONE;
}

/** `GET /mappingSets/{id}/mappings` */
export async function listMappings(call: RouteCall): Promise<HttpAnswer> {
  const found = (await mapped(call)).find(({ id }) => id === call.params.id);
  return found
    ? { status: 200, body: { data: found.mappings, _page: { count: found.mappings.length }, _links: {} } }
    : NONE;
}

/** `GET /mappingSets/{id}/mappings/{mappingId}` */
export async function showMapping(call: RouteCall): Promise<HttpAnswer> {
  const found = (await mapped(call))
    .find(({ id }) => id === call.params.id)
    ?.mappings.find(({ id }) => id === call.params.mappingId);
  return found ? { status: 200, body: found } : NONE;
}
