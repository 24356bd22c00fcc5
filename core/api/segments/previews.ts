import { compileCatalog } from '#core/catalog/compile.ts';
import { segmentOptions } from '#core/catalog/compile-people.ts';
import { historyFor } from '#core/catalog/history.ts';
import { compileNamed, publishedWith, textWithNeeded } from '#core/catalog/plan-segment.ts';
import { settingsForSegment } from '#core/catalog/stage-settings.ts';
import type { Estimate } from '#core/segmentation/estimate.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { pqlFromJson } from '#core/segmentation/pql/json/from-json.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { estimateMembers } from '#core/segmentation/preview.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'segmentation';
/** People who are looked at for an estimate. */
const SAMPLE = 2_000;

export interface PreviewBody {
  readonly predicateExpression: string;
  readonly predicateType: 'pql/text' | 'pql/json';
}

/** `POST /preview`: counts whom a rule would select, of a sample, and keeps what was counted for an hour. Nobody is named. */
export async function createPreview(
  { predicateExpression, predicateType }: PreviewBody,
  call: RouteCall,
): Promise<HttpAnswer> {
  const { deps } = call;
  const { catalog } = await deps.definitions.active();
  try {
    const text = predicateType === 'pql/json' ? pqlFromJson(JSON.parse(predicateExpression)) : predicateExpression;
    const definitions = textWithNeeded(catalog, text);
    const segments = compileNamed(definitions, segmentOptions(catalog));
    const compiled = compileCatalog(catalog);
    const history = historyFor(publishedWith(catalog, definitions), compiled, deps.people);
    const counting = { profiles: deps.people.profiles, lookups: lookupReader(deps.people.lookups), ...history };
    const settings = settingsForSegment(compiled, definitions.at(-1)!);
    const counted = await estimateMembers(
      definitions.at(-1)!.id,
      segments,
      settings,
      { ...counting, now: deps.now(), random: deps.random },
      SAMPLE,
    );
    const previewId = `preview-${deps.newId()}`;
    await deps.notes.put(previewId, counted, deps.now() + HOUR_MS);
    return {
      status: 200,
      body: { state: 'NEW', previewQueryId: previewId, previewQueryStatus: 'NEW', previewId, previewExecutionId: 0 },
    };
  } catch (error) {
    if (error instanceof PqlError) return problem(FAMILY, 400, `predicateExpression: ${error.message}`);
    if (error instanceof SyntaxError) return problem(FAMILY, 400, 'predicateExpression: it is not JSON');
    throw error;
  }
}

const NONE = problem(FAMILY, 404, 'There is no preview of this id; what was counted is kept for an hour');

/** `GET /preview/{id}`: AEP shows a few people here; this platform shows people to those who may read profiles, only. */
export async function showPreview({ params, deps }: RouteCall): Promise<HttpAnswer> {
  const counted = await deps.notes.get(params.id!);
  return counted ? { status: 200, body: { state: 'RESULT_READY', results: [], page: { totalCount: 0 } } } : NONE;
}

/** `GET /estimate/{id}` */
export async function showEstimate({ params, deps }: RouteCall): Promise<HttpAnswer> {
  const counted = (await deps.notes.get(params.id!)) as Estimate | undefined;
  if (!counted) return NONE;
  const { count, low, high, sampled, total } = counted;
  const body = {
    estimatedSize: count,
    numRowsToRead: total,
    totalRows: total,
    state: 'RESULT_READY',
    profilesReadSoFar: sampled,
    profilesMatchedSoFar: total === 0 ? 0 : Math.round((count * sampled) / total),
    standardError: Math.round((high - low) / 4),
    confidenceInterval: '95%',
    estimatedNamespaceDistribution: [],
    error: { description: '', traceback: '' },
    _links: { preview: `/data/core/ups/preview/${params.id}` },
  };
  return { status: 200, body };
}

/** `DELETE /preview/{id}` */
export async function deletePreview({ params, deps }: RouteCall): Promise<HttpAnswer> {
  if (!(await deps.notes.get(params.id!))) return NONE;
  await deps.notes.remove(params.id!);
  return { status: 200, body: { message: 'The preview is deleted' } };
}
