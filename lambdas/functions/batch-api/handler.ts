import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { SourceConnectionDefinition } from '#core/catalog/definitions.ts';
import { describeBatch, statusOf } from '#core/ingestion/batch-api/report.ts';
import { newBatchBody, type Upload, uploadKey } from '#core/ingestion/batch-api/upload.ts';
import { authenticateByKey, isProblem } from '#core/ingestion/collection/connection.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import { NoCatalogError } from '#core/ports/catalog.ts';
import { answerTo, callOf, type HttpAnswer, type HttpCall } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';
import type { BatchApiDeps } from './deps.ts';
import { answerMeta } from './meta.ts';
import { abortBatch, completeBatch, completeFile, hasMark, putFile, putPart } from './uploads.ts';

/** What follows `/batches`, whatever comes before it: AEP has the batch API below several addresses. */
const PATH =
  /\/batches(?:\/(?<batchId>[A-Za-z0-9-]{1,64})(?:\/(?<meta>meta)|\/datasets\/(?<datasetId>[^/]+)\/files\/(?<name>.+))?)?\/?$/;

interface Target {
  readonly batchId?: string;
  readonly meta?: string;
  readonly datasetId?: string;
  readonly name?: string;
}

/** AEP's batch ingestion (aep.md §2.2, §2.3): create → upload → complete, then ask how it went. */
export function createHandler(deps: BatchApiDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await answerCall(callOf(event), deps).catch((error: unknown) => {
      if (error instanceof NoCatalogError) {
        return problem(503, 'limit', 'Try again later', { detail: 'No catalog is in force yet', retryAfter: 5 });
      }
      logFailure(error);
      return problem(500, 'inlet', 'Internal error', { detail: 'Try again: every call may be repeated' });
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}

async function answerCall(call: HttpCall, deps: BatchApiDeps): Promise<HttpAnswer> {
  const match = PATH.exec(call.path);
  if (!match) return problem(404, 'inlet', 'There is nothing at this address');
  const target: Target = match.groups ?? {};
  const catalog = await deps.catalog.current();
  const connection = authenticateByKey(call.headers, catalog);
  if (isProblem(connection)) return connection;
  if (target.batchId === undefined) {
    return call.method === 'POST' ? create(call, connection, catalog, deps) : NOT_ALLOWED;
  }
  const upload = await readUpload(target.batchId, deps);
  if (!upload) return problem(404, 'inlet', 'There is no batch of this id');
  if (!maySend(connection, upload.datasetId)) return forbidden(connection);
  if (target.name !== undefined) return file(call, target, upload, deps);
  if (call.method === 'GET') {
    return target.meta === undefined ? describe(upload, deps) : answerMeta(call.query.path ?? '', upload, deps);
  }
  return call.method === 'POST' && target.meta === undefined ? finish(call, upload, deps) : NOT_ALLOWED;
}

async function create(
  { body }: HttpCall,
  connection: SourceConnectionDefinition,
  catalog: CompiledCatalog,
  { landing, now, newId }: BatchApiDeps,
): Promise<HttpAnswer> {
  const parsed = newBatchBody.safeParse(jsonOf(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return badRequest(`${issue!.path.join('.') || 'body'}: ${issue!.message}`);
  }
  const { datasetId, inputFormat, externalId, partialIngestionPercentage } = parsed.data;
  if (!catalog.datasets.has(datasetId)) return badRequest('No dataset of this id is in the catalog that is in force');
  if (!maySend(connection, datasetId)) return forbidden(connection);
  const id = newId();
  const upload: Upload = {
    id,
    datasetId,
    format: inputFormat.format,
    createdAt: now(),
    externalId,
    partialIngestionPercentage,
  };
  await landing.put(uploadKey(id), JSON.stringify(upload), { contentType: 'application/json' });
  return { status: 201, body: describeBatch(upload, 'loading', undefined) };
}

async function file(call: HttpCall, target: Target, upload: Upload, deps: BatchApiDeps): Promise<HttpAnswer> {
  if (target.datasetId !== upload.datasetId) return badRequest('The batch is one of another dataset');
  const isClosed = (await hasMark(upload, 'completed', deps)) || (await hasMark(upload, 'aborted', deps));
  if (isClosed) return problem(400, 'inlet', 'The batch is closed', { detail: 'Create another one for more files' });
  const name = target.name!;
  const action = call.query.action?.toUpperCase();
  if (call.method === 'PUT') return putFile(name, call.body, upload, deps);
  if (call.method === 'PATCH') return putPart(name, call.headers['content-range'], call.body, upload, deps);
  if (call.method !== 'POST') return NOT_ALLOWED;
  if (action === 'INITIALIZE') return { status: 201, body: {} };
  return action === 'COMPLETE' ? completeFile(name, upload, deps) : UNKNOWN_ACTION;
}

function finish({ query }: HttpCall, upload: Upload, deps: BatchApiDeps): Promise<HttpAnswer> | HttpAnswer {
  const action = query.action?.toUpperCase();
  if (action === 'COMPLETE') return completeBatch(upload, deps);
  return action === 'ABORT' ? abortBatch(upload, deps) : UNKNOWN_ACTION;
}

async function describe(upload: Upload, deps: BatchApiDeps): Promise<HttpAnswer> {
  const [completed, aborted] = [await hasMark(upload, 'completed', deps), await hasMark(upload, 'aborted', deps)];
  const batch = completed ? await deps.operations.batch(upload.id) : undefined;
  const status = statusOf({ completed, aborted }, batch);
  return { status: 200, body: { [upload.id]: describeBatch(upload, status, batch) } };
}

async function readUpload(batchId: string, { landing }: BatchApiDeps): Promise<Upload | undefined> {
  const bytes = await landing.get(uploadKey(batchId));
  return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as Upload);
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

const maySend = ({ datasets }: SourceConnectionDefinition, datasetId: string): boolean =>
  datasets === undefined || datasets.includes(datasetId);

const forbidden = ({ datasets = [] }: SourceConnectionDefinition): Problem =>
  problem(403, 'authentication', 'The connection may not send records of this dataset', {
    detail: `It may send records of ${datasets.join(', ')}`,
  });

const badRequest = (detail: string): Problem => problem(400, 'inlet', 'Malformed request', { detail });
const NOT_ALLOWED = problem(405, 'inlet', 'This method is not possible here');
const UNKNOWN_ACTION = badRequest('Expected ?action=INITIALIZE or COMPLETE for a file, COMPLETE or ABORT for a batch');
