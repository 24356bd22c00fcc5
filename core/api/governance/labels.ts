import * as z from 'zod';
import { isAssignment, type LabelAssignment } from '#core/governance/definition.ts';
import { CORE_LABELS } from '#core/governance/labels.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, isAnswer } from '../management/edit.ts';
import { pageByNumber } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import { propertyFilter } from '../management/property-filter.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'policies';

export interface PageQuery {
  readonly limit: number;
  readonly start: number;
}

const categoryOf = (name: string): string =>
  name.startsWith('C') ? 'Contract' : name.startsWith('I') ? 'Identity' : name.startsWith('S') ? 'Sensitive' : 'Custom';

const core = CORE_LABELS.map((name) => ({ name, category: categoryOf(name), friendlyName: name, description: '' }));

/** A list of the policy service: some of what fits, and where it goes on. */
export function listOf(all: readonly object[], call: RouteCall<PageQuery>): HttpAnswer {
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem(FAMILY, 400, filter);
  const { items, next } = pageByNumber(all.filter(filter), call.query);
  const _page = { count: items.length, ...(next !== undefined && { next, start: call.query.start }) };
  return {
    status: 200,
    body: {
      _page,
      _links: { page: next === undefined ? {} : { href: `${call.call.path}?start=${next}&limit=${call.query.limit}` } },
      children: items,
    },
  };
}

/** `GET /labels/{kind}`: the labels that are built in, or those of the company. */
export async function listLabels(call: RouteCall<PageQuery>): Promise<HttpAnswer> {
  if (call.params.kind === 'core') return listOf(core, call);
  return call.params.kind === 'custom' ? listOf(await ownLabels(call), call) : NO_KIND;
}

const NO_KIND = problem(FAMILY, 404, 'There are kinds core and custom');

async function ownLabels({ deps }: RouteCall) {
  const { labels = [] } = (await deps.definitions.active()).catalog;
  return labels.flatMap((one) => (isAssignment(one) ? [] : [described(one)]));
}

interface OwnLabel {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
}

const described = ({ name, title, description }: OwnLabel) => ({
  name,
  category: 'Custom',
  friendlyName: title ?? name,
  description: description ?? '',
});

/** `GET /labels/{kind}/{name}` */
export async function showLabel(call: RouteCall): Promise<HttpAnswer> {
  const all = call.params.kind === 'core' ? core : await ownLabels(call);
  const found = all.find(({ name }) => name === call.params.name);
  return found ? { status: 200, body: found } : problem(FAMILY, 404, 'There is no label of this name');
}

export const writtenLabel = z.object({
  name: z.string().optional(),
  category: z.string().optional(),
  friendlyName: z.string().max(500).optional(),
  description: z.string().max(1_000).optional(),
});

/** `PUT /labels/custom/{name}`: creates it, or replaces it. */
export async function putLabel(body: z.output<typeof writtenLabel>, call: RouteCall): Promise<HttpAnswer> {
  const name = call.params.name!;
  const title = body.friendlyName;
  const label = {
    name,
    ...(title !== undefined && { title }),
    ...(body.description !== undefined && { description: body.description }),
  };
  const edited = await editDefinitions(call, FAMILY, () => [{ kind: 'labels', name, value: label }]);
  return isAnswer(edited) ? edited : { status: 200, body: described(label) };
}

/** `GET /datasets/{id}/labels`: of the dataset as a whole, and of its fields. */
export async function showDatasetLabels(call: RouteCall): Promise<HttpAnswer> {
  const { labels = [], datasets } = (await call.deps.definitions.active()).catalog;
  const dataset = datasets.find(({ id }) => id === call.params.id);
  if (!dataset) return problem('dataset-labels', 404, 'There is no dataset of this id');
  const found = labels.find((one) => isAssignment(one) && one.dataset === dataset.id) as LabelAssignment | undefined;
  const option = { id: dataset.schemaRef.id, contentType: 'application/vnd.adobe.xed+json;version=1' };
  const optionalLabels = Object.entries(found?.fields ?? {}).map(([path, own]) => ({
    option: { ...option, schemaPath: `/properties/${path.split('.').join('/properties/')}` },
    labels: own,
  }));
  const body = { labels: found && found.labels.length > 0 ? [found.labels] : [], optionalLabels };
  return { status: 200, body: { ...body, entityId: { namespace: 'AEP', id: dataset.id, type: 'dataset' } } };
}

export const writtenDatasetLabels = z.object({
  labels: z.array(z.union([z.string(), z.array(z.string())])).default([]),
  optionalLabels: z
    .array(z.object({ option: z.looseObject({ schemaPath: z.string() }), labels: z.array(z.string()) }))
    .default([]),
});

/** `PUT` and `POST /datasets/{id}/labels` */
export async function putDatasetLabels(
  body: z.output<typeof writtenDatasetLabels>,
  call: RouteCall,
): Promise<HttpAnswer> {
  const dataset = call.params.id!;
  const fields = body.optionalLabels.map(({ option, labels }) => [
    option.schemaPath.replaceAll('/properties/', '.').replace(/^[./]/, ''),
    labels,
  ]);
  const value = { dataset, labels: body.labels.flat(), fields: Object.fromEntries(fields) };
  const edited = await editDefinitions(call, 'dataset-labels', ({ catalog }) => {
    if (!catalog.datasets.some(({ id }) => id === dataset)) {
      return problem('dataset-labels', 404, 'There is no dataset of this id');
    }
    return [{ kind: 'labels', name: `of ${dataset}`, value }];
  });
  return isAnswer(edited) ? edited : showDatasetLabels(call);
}
