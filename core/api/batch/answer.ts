import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { problem } from '#core/ingestion/collection/problem.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { senderByCredentials } from '../sender.ts';
import { createBatch, finishBatch, forbidden } from './batches.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, findBatch, type KnownBatch, maySend } from './known-batch.ts';
import { listBatches, showBatch, showBatches } from './list-batches.ts';
import { answerFailed, answerMeta } from './meta.ts';
import { answerFile } from './uploads.ts';

/** What follows `/batches`, whatever comes before it: AEP has the batch API below several addresses, one in the singular. */
const PATH =
  /\/batch(?:es)?(?:\/(?<batchId>[A-Za-z0-9-]{1,64})(?:\/(?<view>meta|failed|files)|\/datasets\/(?<datasetId>[^/]+)\/files\/(?<name>.+))?)?\/?$/;

/** Several batches at once, as AEP's catalog takes them. */
const SEVERAL = /\/batches\/(?<ids>[A-Za-z0-9-]{1,64}(?:,[A-Za-z0-9-]{1,64}){1,99})\/?$/;

interface Target {
  readonly batchId?: string;
  readonly view?: string;
  readonly datasetId?: string;
  readonly name?: string;
}

/** Answers a call of the batch API (aep.md §2.2): finds what is called and whether its sender may. */
export async function answerCall(call: HttpCall, deps: BatchApiDeps): Promise<HttpAnswer> {
  const ids = SEVERAL.exec(call.path)?.groups?.ids?.split(',');
  const match = PATH.exec(call.path);
  if (!match && !ids) return problem(404, 'inlet', 'There is nothing at this address');
  const target: Target = match?.groups ?? {};
  const catalog = await deps.catalog.current();
  const connection = await senderByCredentials(call, catalog, deps.callers);
  if ('status' in connection) return connection;
  if (ids) return call.method === 'GET' ? showBatches(ids, call, connection, deps) : NOT_ALLOWED;
  if (target.batchId === undefined) {
    if (call.method === 'GET') return listBatches(call, connection, deps);
    return call.method === 'POST' ? createBatch(call, connection, catalog, deps) : NOT_ALLOWED;
  }
  const known = await findBatch(target.batchId, deps);
  if (!known) return problem(404, 'inlet', 'There is no batch of this id');
  if (!maySend(connection, known.upload.datasetId)) return forbidden(connection);
  return answerBatch(call, target, known, catalog, deps);
}

function answerBatch(
  call: HttpCall,
  { name, datasetId, view }: Target,
  known: KnownBatch,
  catalog: CompiledCatalog,
  deps: BatchApiDeps,
): Promise<HttpAnswer> | HttpAnswer {
  if (name !== undefined) {
    if (datasetId !== known.upload.datasetId) return badRequest('The batch is one of another dataset');
    return answerFile(call, name, known, deps);
  }
  if (call.method === 'POST' && view === undefined) return finishBatch(call, known, catalog, deps);
  if (call.method !== 'GET') return NOT_ALLOWED;
  if (view === undefined) return showBatch(call, known);
  if (view === 'files') return NO_FILES;
  return view === 'meta' ? answerMeta(call, known, deps) : answerFailed(call, known, deps);
}

const NOT_ALLOWED = problem(405, 'inlet', 'This method is not possible here');
const NO_FILES = problem(501, 'inlet', 'There are no files of the records that were ingested', {
  detail:
    'They are in the lake, together with those of other batches: ask it with Athena (docs/ingestion.md, "Asking the lake"). What was rejected is at …/meta?path=row_errors, the files of a batch that failed at …/failed',
});
