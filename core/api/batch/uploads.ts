import {
  type BatchFile,
  type ByteRange,
  fileKey,
  fileOfPart,
  MAX_KEY_BYTES,
  PARTS_SUFFIX,
  parseContentRange,
  parseErrorOfParts,
  partKey,
  partsPrefix,
  rangeOfPart,
  rangesOf,
  type Upload,
} from '#core/ingestion/batch/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { ListedPart } from '#core/ingestion/source/open-object.ts';
import type { ObjectAddress } from '#core/ports/object-addresses.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { type BatchTransitions, isOpen } from '#core/record/batch-transitions.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { announceBatch } from './announce.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, type KnownBatch } from './known-batch.ts';
import { listedParts, packParts, partsBelow } from './parts.ts';

type Deps = Pick<BatchApiDeps, 'landing' | 'addresses' | 'operations'>;

/**
 * What a request may carry: AWS lets 6 MB through to a function, of which bytes that are no text take a third more. Said
 * here too, so that it is the same where nothing stands before the function.
 */
export const MAX_BYTES = 4 * 1_048_576;

/** `…/datasets/{datasetId}/files/{name}` of a batch. */
export async function answerFile(call: HttpCall, name: string, known: KnownBatch, deps: Deps): Promise<HttpAnswer> {
  const { upload, transitions } = known;
  if (call.method === 'HEAD') return describeFile(name, upload, deps);
  if (Buffer.byteLength(fileKey(upload, name)) > MAX_KEY_BYTES) {
    return badRequest(
      `The name of the file is too long by ${Buffer.byteLength(fileKey(upload, name)) - MAX_KEY_BYTES} bytes, as addresses are written`,
    );
  }
  if (call.body.length > MAX_BYTES) return TOO_LARGE;
  if (call.headers['content-encoding'] !== undefined && call.headers['content-encoding'] !== 'identity') return PACKED;
  switch (call.method) {
    case 'PUT':
      return putFile(name, call.body, known, deps);
    case 'PATCH':
      return putPart(name, call.headers['content-range'], call.body, known, deps);
    case 'POST': {
      const action = call.query.action?.toUpperCase();
      if (action === 'INITIALIZE') return isOpen(transitions) ? addressesOf(call.query, name, upload, deps) : CLOSED;
      return action === 'COMPLETE'
        ? completeFile(name, known, deps)
        : badRequest('Expected ?action=INITIALIZE or COMPLETE');
    }
    default:
      return problem(405, 'inlet', 'This method is not possible here');
  }
}

/** A file in one piece. The same name again replaces it. */
async function putFile(name: string, body: Uint8Array, { upload, transitions }: KnownBatch, deps: Deps) {
  if (body.length === 0) return badRequest('The file is empty');
  const key = fileKey(upload, name);
  const put = () => deps.landing.put(key, body);
  return (await take(key, body, put, upload, transitions, deps)) ? OK : CLOSED;
}

/** A part of a larger file, which counts once the file is complete. The same range again replaces it. */
async function putPart(
  name: string,
  contentRange: string | undefined,
  body: Uint8Array,
  { upload, transitions }: KnownBatch,
  deps: Deps,
): Promise<HttpAnswer> {
  const range = parseContentRange(contentRange, body.length);
  if (!range)
    return badRequest(
      `Expected Content-Range: bytes FIRST-LAST/SIZE of ${body.length} bytes, as the body has, and SIZE of the whole file`,
    );
  const key = partKey(fileKey(upload, name), range);
  const put = () => deps.landing.put(key, body);
  return (await take(key, body, put, upload, transitions, deps)) ? OK : CLOSED;
}

const OK: HttpAnswer = { status: 200, body: {} };

/**
 * Writes an object of a batch that is open, and says whether it is of the batch. While the batch is open it is: whoever
 * completes it later finds it there. Otherwise the batch was closed meanwhile, or before, by somebody who sends this once
 * more; and the list of its files says whether it is among them.
 */
async function take(
  key: string,
  body: Uint8Array,
  write: () => Promise<void>,
  upload: Upload,
  before: BatchTransitions,
  { landing, operations }: Deps,
): Promise<boolean> {
  if (isOpen(before)) await write();
  const { transitions } = isOpen(before) ? await operations.progress(upload.id) : { transitions: before };
  if (isOpen(transitions)) return true;
  if (transitions.completed === undefined) return false;
  const { files } = await announceBatch(upload, transitions.completed, landing);
  const taken = await takenOf(key, files, landing);
  return taken !== undefined && Buffer.from(taken).equals(body);
}

/** What a batch has of an object: one of its files, or a part of one. */
async function takenOf(
  key: string,
  files: readonly BatchFile[],
  landing: ObjectStore,
): Promise<Uint8Array | undefined> {
  const file = files.find((one) => one.key === key);
  if (file) return landing.get(key, undefined, file.version);
  const list = files.find((one) => one.key === `${fileOfPart(key)}${PARTS_SUFFIX}`);
  const part = list && (await listedParts(list, landing)).find((one) => one.key === key);
  return part && landing.get(key, undefined, part.version);
}

/**
 * What is too large for a function goes to S3 itself: one address for the file, or one for each of its parts where its
 * size is said. A client that knows nothing of them sends its parts with PATCH.
 */
async function addressesOf(
  { size, partSize }: HttpCall['query'],
  name: string,
  upload: Upload,
  { addresses }: Deps,
): Promise<HttpAnswer> {
  const file = fileKey(upload, name);
  const describe = ({ method, href, headers, expiresAt }: ObjectAddress) => {
    return { method, href, headers, expires: new Date(expiresAt).toISOString() };
  };
  if (size === undefined) return { status: 201, body: { upload: describe(await addresses.forWriting(file)) } };
  const ranges = rangesOf(size, partSize);
  if (typeof ranges === 'string') return badRequest(ranges);
  const parts = ranges.map(async (range) => ({
    range: `bytes ${range.start}-${range.end - 1}/${size}`,
    ...describe(await addresses.forWriting(partKey(file, range))),
  }));
  return { status: 201, body: { parts: await Promise.all(parts) } };
}

/** Makes the parts of a file one file, if there is neither gap nor overlap. */
async function completeFile(name: string, { upload, transitions }: KnownBatch, deps: Deps): Promise<HttpAnswer> {
  const { landing } = deps;
  const file = fileKey(upload, name);
  const parts = await partsBelow(partsPrefix(file), landing);
  // It came in one piece: there is nothing left to do.
  if (parts.length === 0 && (await landing.size(file)) !== undefined) return { status: 201, body: {} };
  const parseError = parseErrorOfParts(parts.map(({ key }) => rangeOfPart(key))) ?? (await wrongSizeOf(parts, landing));
  if (parseError !== undefined) return badRequest(`The parts do not make a file: ${parseError}`);
  const [key, list] = [`${file}${PARTS_SUFFIX}`, Buffer.from(packParts(parts))];
  const put = () => landing.put(key, list, { contentType: 'application/json' });
  return (await take(key, list, put, upload, transitions, deps)) ? { status: 201, body: {} } : CLOSED;
}

/** S3 takes whatever is sent to an address; a part must have the bytes that its range says. */
async function wrongSizeOf(parts: readonly ListedPart[], landing: Deps['landing']): Promise<string | undefined> {
  let parseError: string | undefined;
  await mapWithConcurrency(parts, CONCURRENCY, async ({ key, version }) => {
    const { start, end } = rangeOfPart(key);
    const size = await landing.size(key, version);
    if (size !== end - start)
      parseError ??= `the part that begins at byte ${start} has ${size} bytes, not ${end - start}`;
  });
  return parseError;
}
const CONCURRENCY = 20;

/** How much of a file is here: all of it, or its parts up to the first gap. */
async function describeFile(name: string, upload: Upload, { landing }: Deps): Promise<HttpAnswer> {
  const file = fileKey(upload, name);
  const size = await landing.size(file);
  if (size !== undefined) return { status: 200, headers: { 'content-range': `bytes 0-${size - 1}/${size}` } };
  const parts: ByteRange[] = (await Array.fromAsync(landing.list(partsPrefix(file)))).map(rangeOfPart);
  if (parts.length === 0) return { status: 404 };
  let end = 0;
  for (const part of parts) if (part.start <= end) end = Math.max(end, part.end);
  const isWhole = (await landing.size(`${file}${PARTS_SUFFIX}`)) !== undefined;
  return {
    status: 200,
    headers: { 'content-range': `bytes ${end === 0 ? '*' : `0-${end - 1}`}/${isWhole ? end : '*'}` },
  };
}

const CLOSED: Problem = problem(400, 'inlet', 'The batch is closed', { detail: 'Create another one for more files' });
const TOO_LARGE: Problem = problem(413, 'limit', 'Request entity too large', {
  detail: `At most ${MAX_BYTES} bytes a request. POST …/files/{name}?action=INITIALIZE answers with an address that accepts the whole file in one PUT; or send it in smaller parts with PATCH`,
});
const PACKED: Problem = problem(415, 'inlet', 'Unknown content encoding', {
  detail: 'Send a packed file as it is, with a name that ends in .gz, and without Content-Encoding',
});
