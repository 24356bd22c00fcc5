import {
  type ByteRange,
  fileKey,
  flawOfParts,
  PARTS_SUFFIX,
  parseContentRange,
  partKey,
  partsPrefix,
  rangeOfPart,
  type Upload,
} from '#core/ingestion/batch-api/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { HttpAnswer, HttpCall } from '#lambdas/runtime/http.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, type KnownBatch } from './state.ts';

type Deps = Pick<BatchApiDeps, 'landing'>;

/**
 * What a request may carry: AWS lets 6 MB through to a function, of which bytes that are no text take a third more. Said
 * here too, so that it is the same where nothing stands before the function.
 */
export const MOST_BYTES = 4 * 1_048_576;

/** `…/datasets/{datasetId}/files/{name}` of a batch. */
export async function answerFile(
  call: HttpCall,
  name: string,
  { upload, marks }: KnownBatch,
  deps: Deps,
): Promise<HttpAnswer> {
  if (call.method === 'HEAD') return tellFile(name, upload, deps);
  if (Object.keys(marks).length > 0) {
    return problem(400, 'inlet', 'The batch is closed', { detail: 'Create another one for more files' });
  }
  if (call.body.length > MOST_BYTES) return TOO_LARGE;
  if (call.headers['content-encoding'] !== undefined && call.headers['content-encoding'] !== 'identity') return PACKED;
  switch (call.method) {
    case 'PUT':
      return putFile(name, call.body, upload, deps);
    case 'PATCH':
      return putPart(name, call.headers['content-range'], call.body, upload, deps);
    case 'POST': {
      const action = call.query.action?.toUpperCase();
      if (action === 'INITIALIZE') return { status: 201, body: {} };
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
    return badRequest(`Expected Content-Range: bytes FIRST-LAST/SIZE of ${body.length} bytes, as the body has`);
  await landing.put(partKey(fileKey(upload, name), range), body);
  return { status: 200, body: {} };
}

/** Makes the parts of a file one file, if there is neither gap nor overlap. */
async function completeFile(name: string, upload: Upload, { landing }: Deps): Promise<HttpAnswer> {
  const file = fileKey(upload, name);
  const keys = await Array.fromAsync(landing.list(partsPrefix(file)));
  const flaw = flawOfParts(keys.map(rangeOfPart));
  if (flaw !== undefined) return badRequest(`The parts do not make a file: ${flaw}`);
  await landing.put(`${file}${PARTS_SUFFIX}`, JSON.stringify(keys), { contentType: 'application/json' });
  return { status: 201, body: {} };
}

/** How much of a file is here: all of it, or its parts up to the first gap. */
async function tellFile(name: string, upload: Upload, { landing }: Deps): Promise<HttpAnswer> {
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
  detail: `At most ${MOST_BYTES} bytes. Send the file in parts of that size: POST …?action=INITIALIZE, PATCH with Content-Range, POST …?action=COMPLETE`,
});
const PACKED: Problem = problem(415, 'inlet', 'Unknown content encoding', {
  detail: 'Send a packed file as it is, with a name that ends in .gz, and without Content-Encoding',
});
