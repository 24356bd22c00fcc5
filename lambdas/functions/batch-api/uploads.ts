import {
  type ByteRange,
  fileKey,
  filesPrefix,
  flawOfParts,
  manifestKey,
  markKey,
  PARTS_SUFFIX,
  parseContentRange,
  partKey,
  partsPrefix,
  rangeOfPart,
  type Upload,
} from '#core/ingestion/batch-api/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { HttpAnswer } from '#lambdas/runtime/http.ts';
import type { BatchApiDeps } from './deps.ts';

type Deps = Pick<BatchApiDeps, 'landing' | 'now'>;

/** aep.md §2.4 */
const MOST_FILES = 25_000;

/** A file in one piece. The same name again replaces it. */
export async function putFile(name: string, body: Uint8Array, upload: Upload, { landing }: Deps): Promise<HttpAnswer> {
  if (body.length === 0) return badRequest('The file is empty');
  await landing.put(fileKey(upload, name), body);
  return { status: 200, body: {} };
}

/** A part of a larger file. The same range again replaces it. */
export async function putPart(
  name: string,
  contentRange: string | undefined,
  body: Uint8Array,
  upload: Upload,
  { landing }: Deps,
): Promise<HttpAnswer> {
  const range = parseContentRange(contentRange, body.length);
  if (!range)
    return badRequest(`Expected Content-Range: bytes FIRST-LAST/SIZE of ${body.length} bytes, as the body has`);
  await landing.put(partKey(fileKey(upload, name), range), body);
  return { status: 200, body: {} };
}

/** Makes the parts of a file one file, if there is neither gap nor overlap. */
export async function completeFile(name: string, upload: Upload, { landing }: Deps): Promise<HttpAnswer> {
  const file = fileKey(upload, name);
  const keys = await Array.fromAsync(landing.list(partsPrefix(file)));
  const flaw = flawOfParts(keys.map(rangeOfPart) as ByteRange[]);
  if (flaw !== undefined) return badRequest(`The parts do not make a file: ${flaw}`);
  await landing.put(`${file}${PARTS_SUFFIX}`, JSON.stringify(keys), { contentType: 'application/json' });
  return { status: 201, body: {} };
}

/** Lets the batch in. Saying it again does no harm: it is the same batch, completed when it was first. */
export async function completeBatch(upload: Upload, deps: Deps): Promise<HttpAnswer> {
  const { landing, now } = deps;
  if (await hasMark(upload, 'aborted', deps)) return badRequest('The batch was aborted');
  const files = await Array.fromAsync(landing.list(filesPrefix(upload.id)));
  if (files.length === 0) return badRequest('The batch has no file; upload one, or abort the batch');
  if (files.length > MOST_FILES) {
    return badRequest(`Batch ingestion guardrails hit: ${files.length} files (over the ${MOST_FILES} threshold)`);
  }
  const completedAt = await completionTime(upload, landing, now());
  const { id, partialIngestionPercentage } = upload;
  const manifest = { batchId: id, completedAt, partialIngestionPercentage, files };
  await landing.put(manifestKey(upload), JSON.stringify(manifest), { contentType: 'application/json' });
  return { status: 200, body: {} };
}

async function completionTime({ id }: Upload, landing: Deps['landing'], now: number): Promise<number> {
  const key = markKey(id, 'completed');
  const mark = await landing.get(key);
  if (mark) return Number(Buffer.from(mark).toString('utf8'));
  await landing.put(key, String(now));
  return now;
}

export async function abortBatch(upload: Upload, deps: Deps): Promise<HttpAnswer> {
  if (await hasMark(upload, 'completed', deps)) return badRequest('The batch is complete already');
  await deps.landing.put(markKey(upload.id, 'aborted'), String(deps.now()));
  return { status: 200, body: {} };
}

export const hasMark = async ({ id }: Upload, mark: 'completed' | 'aborted', { landing }: Deps): Promise<boolean> =>
  (await landing.size(markKey(id, mark))) !== undefined;

const badRequest = (detail: string): Problem => problem(400, 'inlet', 'Malformed request', { detail });
