import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { sizesNow } from '../counts/now.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, editFound, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { pageByNumber } from '../management/paging.ts';
import { asWritten, type JsonPatch, patched } from '../management/patch.ts';
import { problem } from '../management/problem.ts';
import { propertyFilter } from '../management/property-filter.ts';
import type { RouteCall } from '../management/route.ts';
import { describeAudience, describeSegment } from './present.ts';
import { segmentChange, type WrittenSegment } from './shapes.ts';

const FAMILY = 'segmentation';

/** Which of AEP's two forms of the same is told. */
export type SegmentForm = 'definition' | 'audience';

/** Tells definitions in a form; audiences with their sizes, which are read once for all of them. */
async function tellAll(
  form: SegmentForm,
  definitions: readonly SegmentDefinition[],
  active: ActiveDefinitions,
  call: RouteCall,
): Promise<object[]> {
  if (form === 'definition') return definitions.map((one) => describeSegment(one, active, call));
  const sizes = await sizesNow(
    definitions.map(({ id }) => id),
    call.deps,
  );
  return definitions.map((one) => describeAudience(one, active, call, sizes));
}

const tell = async (
  form: SegmentForm,
  definition: SegmentDefinition,
  active: ActiveDefinitions,
  call: RouteCall,
): Promise<object> => (await tellAll(form, [definition], active, call))[0]!;

export interface SegmentQuery {
  readonly limit?: number | undefined;
  readonly page?: number | undefined;
  readonly start?: number | undefined;
  readonly 'evaluationInfo.continuous.enabled'?: boolean | undefined;
}

/** `GET /segment/definitions`: pages are numbered from 0. */
export async function listSegmentDefinitions(call: RouteCall<SegmentQuery>): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const { limit = 100, page = 0, start = page * limit } = call.query;
  const isStreaming = call.query['evaluationInfo.continuous.enabled'];
  const all = active.catalog.segments
    .map((definition) => describeSegment(definition, active, call))
    .filter(({ evaluationInfo }) => isStreaming === undefined || evaluationInfo.continuous.enabled === isStreaming);
  const { items } = pageByNumber(all, { start, limit });
  const totalPages = Math.ceil(all.length / limit);
  const shown = { totalCount: all.length, totalPages, sortField: 'id', sort: 'asc', pageSize: items.length, limit };
  return { status: 200, body: { segments: items, page: shown, link: {} } };
}

export interface AudienceQuery {
  readonly limit?: number | undefined;
  readonly start?: number | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/** `GET /audiences` */
export async function listAudiences(call: RouteCall<AudienceQuery>): Promise<HttpAnswer> {
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem(FAMILY, 400, filter);
  const active = await call.deps.definitions.active();
  const { limit = 100, start = 0, name, description } = call.query;
  const holds = (text: string | undefined, part: string | undefined): boolean =>
    part === undefined || (text ?? '').toLowerCase().includes(part.toLowerCase());
  const named = active.catalog.segments.filter((one) => holds(one.name, name) && holds(one.description, description));
  const all = (await tellAll('audience', named, active, call)).filter(filter);
  const { items, next } = pageByNumber(all, { start, limit });
  const _page = { totalCount: all.length, pageSize: items.length, ...(next !== undefined && { next }) };
  const _links = next === undefined ? {} : { next: { href: `${call.call.path}?start=${next}&limit=${limit}` } };
  return { status: 200, body: { children: items, _page, _links } };
}

const NONE = problem(FAMILY, 404, 'There is no audience of this id');

/** `GET /segment/definitions/{id}`, `GET /audiences/{id}` */
export async function showSegment(form: SegmentForm, call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const found = active.catalog.segments.find(({ id }) => id === call.params.id);
  if (!found) return NONE;
  return { status: 200, headers: { etag: tagOf(found) }, body: await tell(form, found, active, call) };
}

/** `POST …/bulk-get`: those of some ids that there are. */
export async function bulkGet(form: SegmentForm, ids: readonly string[], call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const found = active.catalog.segments.filter(({ id }) => ids.includes(id));
  const described = await tellAll(form, found, active, call);
  const results = Object.fromEntries(found.map(({ id }, i) => [id, described[i]!]));
  return { status: Object.keys(results).length === ids.length ? 200 : 207, body: { results } };
}

function definitionOf(id: string, written: WrittenSegment, before: Partial<SegmentDefinition> = {}): object {
  const { name, description, expression, mergePolicyId, lifecycleState, dataGovernancePolicy } = written;
  const { mergePolicyId: _policy, description: _text, ...kept } = before;
  const excludeOptOut = dataGovernancePolicy?.excludeOptOut;
  return {
    ...kept,
    id,
    name,
    ...(description != null && { description }),
    expression,
    ...(mergePolicyId != null && { mergePolicyId }),
    ...(lifecycleState !== undefined && { lifecycleState }),
    ...(excludeOptOut !== undefined && { dataGovernancePolicy: { excludeOptOut } }),
  };
}

/** `POST /segment/definitions`, `POST /audiences` */
export async function createSegment(form: SegmentForm, body: WrittenSegment, call: RouteCall): Promise<HttpAnswer> {
  const id = call.deps.newId();
  const edited = await editDefinitions(call, FAMILY, () => [
    { kind: 'segments', name: id, value: definitionOf(id, body) },
  ]);
  return isAnswer(edited) ? edited : answerWith(form, id, edited.active, call, 200);
}

/** `PUT /audiences/{id}` */
export const replaceSegment = (form: SegmentForm, body: WrittenSegment, call: RouteCall): Promise<HttpAnswer> =>
  changeSegment(form, call, (before) => definitionOf(before.id, body, before));

type Partially = { readonly [K in keyof WrittenSegment]?: WrittenSegment[K] | undefined };

/** `PATCH`: members that take the place of others, as segment definitions are changed, or a JSON Patch, as audiences are. */
export const patchSegment = (form: SegmentForm, body: Partially | JsonPatch, call: RouteCall): Promise<HttpAnswer> =>
  changeSegment(form, call, (before) => {
    const change = Array.isArray(body) ? changeBy(body as JsonPatch, before) : (body as Partially);
    if (isAnswer(change)) return change;
    const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    return definitionOf(before.id, { ...before, ...named } as WrittenSegment, before);
  });

function changeBy(patch: JsonPatch, before: SegmentDefinition): Partially | HttpAnswer {
  const changed = patched(before, patch);
  return asWritten(changed, segmentChange, FAMILY);
}

/** `DELETE`: what is built on it, or sent of it, is said. */
export async function deleteSegment(call: RouteCall): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, segmentOf, ({ id }) => [
    { kind: 'segments', name: id, value: undefined },
  ]);
  return isAnswer(edited) ? edited : { status: 204 };
}

async function changeSegment(
  form: SegmentForm,
  call: RouteCall,
  change: (before: SegmentDefinition) => object | HttpAnswer,
): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, segmentOf, (before) => {
    const changed = change(before);
    return isAnswer(changed) ? changed : [{ kind: 'segments', name: before.id, value: changed }];
  });
  return isAnswer(edited) ? edited : answerWith(form, call.params.id!, edited.active, call, 200);
}

function segmentOf({ catalog }: ActiveDefinitions, { params, call }: RouteCall): SegmentDefinition | HttpAnswer {
  const found = catalog.segments.find(({ id }) => id === params.id);
  return found ? (staleness(call, found, FAMILY) ?? found) : NONE;
}

async function answerWith(
  form: SegmentForm,
  id: string,
  active: ActiveDefinitions,
  call: RouteCall,
  status: number,
): Promise<HttpAnswer> {
  const found = active.catalog.segments.find((one) => one.id === id)!;
  return { status, headers: { etag: tagOf(found) }, body: await tell(form, found, active, call) };
}
