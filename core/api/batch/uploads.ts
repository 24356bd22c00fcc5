import {
  type ByteRange,
  fileKey,
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
import type { ObjectAddress } from '#core/ports/object-addresses.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, type KnownBatch } from './known-batch.ts';

type Deps = Pick<BatchApiDeps, 'landing' | 'addresses'>;

/**
 * What a request may carry: AWS lets 6 MB through to a function, of which bytes that are no text take a third more. Said
 * here too, so that it is the same where nothing stands before the function.
 */
export const MAX_BYTES = 4 * 1_048_576;

/** `…/datasets/{datasetId}/files/{name}` of a batch. */
export async function answerFile(
  call: HttpCall,
  name: string,
  { upload, marks }: KnownBatch,
  deps: Deps,
): Promise<HttpAnswer> {
  if (call.method === 'HEAD') return describeFile(name, upload, deps);
  if (Buffer.byteLength(fileKey(upload, name)) > MAX_KEY_BYTES) {
    return badRequest(
      `The name of the file is too long by ${Buffer.byteLength(fileKey(upload, name)) - MAX_KEY_BYTES} bytes, as addresses are written`,
    );
  }
  if (Object.keys(marks).length > 0) {
    return problem(400, 'inlet', 'The batch is closed', { detail: 'Create another one for more files' });
  }
  if (call.body.length > MAX_BYTES) return TOO_LARGE;
  if (call.headers['content-encoding'] !== undefined && call.headers['content-encoding'] !== 'identity') return PACKED;
  switch (call.method) {
    case 'PUT':
      return putFile(name, call.body, upload, deps);
    case 'PATCH':
      return putPart(name, call.headers['content-range'], call.body, upload, deps);
    case 'POST': {
      const action = call.query.action?.toUpperCase();
      if (action === 'INITIALIZE') return addressesOf(call.query, name, upload, deps);
      return action === 'COMPLETE'
        ? completeFile(name, upload, deps)
        : badRequest('Expected ?action=INITIALIZE or COMPLETE');
    }
    default:
      return problem(405, 'inlet', 'This method is not possible here');
  }
}

/** A file in one piece. The same name again replaces it. */
async function putFile(name: string, body: Uint8Array, upload: Upload, { landing }: Deps): Promise<HttpAnswer> {
  if (body.length === 0) return badRequest('The file is empty');
  await landing.put(fileKey(upload, name), body);
  return { status: 200, body: {} };
}

/** A part of a larger file. The same range again replaces it. */
async function putPart(
  name: string,
  contentRange: string | undefined,
  body: Uint8Array,
  upload: Upload,
  { landing }: Deps,
): Promise<HttpAnswer> {
  const range = parseContentRange(contentRange, body.length);
  if (!range)
    return badRequest(
      `Expected Content-Range: bytes FIRST-LAST/SIZE of ${body.length} bytes, as the body has, and SIZE of the whole file`,
    );
  await landing.put(partKey(fileKey(upload, name), range), body);
  return { status: 200, body: {} };
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
async function completeFile(name: string, upload: Upload, { landing }: Deps): Promise<HttpAnswer> {
  const file = fileKey(upload, name);
  const keys = await Array.fromAsync(landing.list(partsPrefix(file)));
  // It came in one piece: there is nothing left to do.
  if (keys.length === 0 && (await landing.size(file)) !== undefined) return { status: 201, body: {} };
  const parseError = parseErrorOfParts(keys.map(rangeOfPart)) ?? (await wrongSizeOf(keys, landing));
  if (parseError !== undefined) return badRequest(`The parts do not make a file: ${parseError}`);
  await landing.put(`${file}${PARTS_SUFFIX}`, JSON.stringify(keys), { contentType: 'application/json' });
  return { status: 201, body: {} };
}

/** S3 takes whatever is sent to an address; a part must have the bytes that its range says. */
async function wrongSizeOf(keys: readonly string[], landing: Deps['landing']): Promise<string | undefined> {
  let parseError: string | undefined;
  await mapWithConcurrency(keys, CONCURRENCY, async (key) => {
    const { start, end } = rangeOfPart(key);
    const size = await landing.size(key);
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

const TOO_LARGE: Problem = problem(413, 'limit', 'Request entity too large', {
  detail: `At most ${MAX_BYTES} bytes a request. POST …/files/{name}?action=INITIALIZE answers with an address that takes the whole file in one PUT; or send it in smaller parts with PATCH`,
});
const PACKED: Problem = problem(415, 'inlet', 'Unknown content encoding', {
  detail: 'Send a packed file as it is, with a name that ends in .gz, and without Content-Encoding',
});
