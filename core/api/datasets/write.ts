import { hash } from 'node:crypto';
import * as z from 'zod';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import { isObject } from '#core/util/is-object.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, editFound, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { asWritten, type JsonPatch, patched } from '../management/patch.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { describeDataset } from './present.ts';

const FAMILY = 'catalog';

const tag = z.array(z.string().transform((text) => text.replaceAll(' ', '')));

/**
 * A dataset as clients of AEP write it. Members and tags that this platform has no use for are omitted (docs/clients.md):
 * AEP keeps them.
 */
export const writtenDataset = z.object({
  name: z.string().min(1).max(200),
  description: z.string().max(1_000).optional(),
  schemaRef: z.object({ id: z.string().min(1), contentType: z.string().optional() }),
  tags: z.object({ unifiedProfile: tag.optional(), unifiedIdentity: tag.optional() }).default({}),
  extensions: z
    .object({
      adobe_lakeHouse: z.object({ rowExpiration: z.object({ ttlValue: z.string() }).optional() }).optional(),
    })
    .optional(),
});
type Written = z.output<typeof writtenDataset>;

const OFF = ['enabled:false'];

/** The members of a definition that are written so; without tags a dataset of AEP is of no profile. */
function definitionOf({ name, description, schemaRef, tags, extensions }: Written, before: Partial<DatasetDefinition>) {
  const days = daysOf(extensions?.adobe_lakeHouse?.rowExpiration?.ttlValue);
  return {
    ...before,
    name,
    ...(description !== undefined && { description }),
    schemaRef: { id: schemaRef.id },
    tags: {
      unifiedProfile: tags.unifiedProfile ?? OFF,
      unifiedIdentity: tags.unifiedIdentity ?? tags.unifiedProfile ?? OFF,
    },
    ...(days !== undefined && { eventExpirationDays: days }),
  };
}

const DAYS = { D: 1, W: 7, M: 30, Y: 365 } as const;

/** Days of an ISO 8601 period of one unit; undefined for any other text. */
function daysOf(period: string | undefined): number | undefined {
  const { number, unit } = /^P(?<number>\d{1,4})(?<unit>[DWMY])$/.exec(period ?? '')?.groups ?? {};
  return unit === undefined ? undefined : Number(number) * DAYS[unit as keyof typeof DAYS];
}

/** `POST /dataSets` */
export async function createDataset(body: Written, call: RouteCall): Promise<HttpAnswer> {
  if (body.schemaRef.id.endsWith('__union')) {
    return problem(FAMILY, 501, 'Profiles are exported by destinations that write files: see docs/destinations.md');
  }
  const id = hash('sha256', call.deps.newId()).slice(0, 24);
  const edited = await editDefinitions(call, FAMILY, () => [
    { kind: 'datasets', name: id, value: { id, ...definitionOf(body, {}) } },
  ]);
  return isAnswer(edited) ? edited : { status: 201, body: [`@/dataSets/${id}`] };
}

/** `PUT /dataSets/{id}`: what this platform alone knows of a dataset, such as its mapping, stays. */
export const replaceDataset = (body: Written, call: RouteCall): Promise<HttpAnswer> =>
  changeDataset(call, ({ definition }) => definitionOf(body, definition));

/** `PATCH /dataSets/{id}`: a JSON Patch, or members that take the place of those that are there (RFC 7396). */
export const patchDataset = (body: JsonPatch | object, call: RouteCall): Promise<HttpAnswer> =>
  changeDataset(call, ({ definition, described }) => {
    const changed = Array.isArray(body) ? patched(described, body) : mergedWith(described, body);
    const dataset = asWritten(changed, writtenDataset, FAMILY);
    return isAnswer(dataset) ? dataset : definitionOf(dataset, definition);
  });

function mergedWith(target: unknown, patch: unknown): object {
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch as object)) {
    if (value === null) delete result[name];
    else result[name] = isObject(value) ? mergedWith(result[name], value) : value;
  }
  return result;
}

/** `DELETE /dataSets/{id}`: it leaves the catalog, from when on its data count for nothing. */
export async function deleteDataset(call: RouteCall): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, datasetOf, ({ id }) => [
    { kind: 'datasets', name: id, value: undefined },
  ]);
  return isAnswer(edited) ? edited : { status: 200, body: [`@/dataSets/${call.params.id}`] };
}

interface Known {
  readonly definition: DatasetDefinition;
  readonly described: object;
}

async function changeDataset(call: RouteCall, change: (known: Known) => object | HttpAnswer): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, datasetOf, (definition, active) => {
    const { catalog, activeSince: since = 0 } = active;
    const described = describeDataset(definition, { catalog, call: call.call, stage: call.deps.stage, since });
    const changed = change({ definition, described });
    return isAnswer(changed) ? changed : [{ kind: 'datasets', name: definition.id, value: changed }];
  });
  if (isAnswer(edited)) return edited;
  const { id } = call.params;
  const definition = edited.active.catalog.datasets.find((one) => one.id === id);
  return { status: 200, headers: { etag: tagOf(definition) }, body: [`@/dataSets/${id}`] };
}

function datasetOf({ catalog }: ActiveDefinitions, { params, call }: RouteCall): DatasetDefinition | HttpAnswer {
  const found = catalog.datasets.find(({ id }) => id === params.id);
  if (!found) return problem(FAMILY, 404, 'There is no dataset of this id');
  return staleness(call, found, FAMILY) ?? found;
}
