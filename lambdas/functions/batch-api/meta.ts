import { rowErrors, statusOf } from '#core/ingestion/batch-api/report.ts';
import { fileNameOf, filesPrefix, isPartList } from '#core/ingestion/batch-api/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import { batchRows } from '#core/ingestion/quarantine/keep.ts';
import { openObject } from '#core/ingestion/source/open-object.ts';
import type { HttpAnswer, HttpCall } from '#lambdas/runtime/http.ts';
import type { BatchApiDeps } from './deps.ts';
import type { KnownBatch } from './state.ts';

/** Objects of refused rows that are listed; each has up to a thousand rows. */
const MOST_FILES = 100;
/** What a function can answer at most, with room to spare: text takes more room in the answer than it has bytes. */
const MOST_BYTES = 4 * 1_048_576;

const FOLDERS = ['row_errors', 'input_files'] as const;
/** The one file that names all files of the batch, a line each. */
const INPUT_FILES = 'fileMetaData1.json';

/**
 * `GET /batches/{id}/meta?path=` `row_errors`, `input_files`, or a file in one of them (aep.md §2.3); without a path what
 * there is. Files of errors are made of the quarantine when they are asked for; they live as long as it does.
 */
export async function answerMeta(call: HttpCall, known: KnownBatch, deps: BatchApiDeps): Promise<HttpAnswer> {
  const path = (call.query.path ?? '').replace(/^\/|\/$/g, '');
  if (path === '')
    return listing(
      linkTo(call, deps),
      FOLDERS.map((name) => ({ name })),
    );
  const [folder, name, ...rest] = path.split('/');
  if (!FOLDERS.some((one) => one === folder) || rest.length > 0) return nothingAt(FOLDERS);
  const files = folder === 'row_errors' ? await errorFiles(known, deps) : await inputFileLists(known, deps);
  if (name === undefined) return listing(linkTo(call, deps, `${folder}/`), sized(files));
  const text = files.get(name);
  return text === undefined ? nothingAt([...files.keys()]) : { status: 200, body: cutLines(text) };
}

/** `GET /batches/{id}/failed[?path=]`: the files of a batch that failed, as they were sent. */
export async function answerFailed(call: HttpCall, known: KnownBatch, deps: BatchApiDeps): Promise<HttpAnswer> {
  const isFailed = statusOf(known.marks, known.batch) === 'failed';
  const files = new Map((isFailed ? await inputFiles(known, deps) : []).map((key) => [fileNameOf(key), key]));
  const { path } = call.query;
  if (path === undefined || path === '') {
    const names = [...files.keys()].slice(0, MOST_FILES).map((name) => ({ name }));
    return listing(linkTo(call, deps), names);
  }
  const key = files.get(path);
  const source = key === undefined ? undefined : await openObject(deps.landing, key);
  if (!source) return nothingAt([...files.keys()].slice(0, 5));
  if (source.size > MOST_BYTES) return isPartList(key!) ? tooLarge(source.size) : redirectTo(key!, deps);
  return { status: 200, file: await source.read(0, source.size) };
}

/** Keys of the files that the batch was made of. */
async function inputFiles({ upload, batch }: KnownBatch, { landing }: BatchApiDeps): Promise<string[]> {
  const keys = await Array.fromAsync(landing.list(filesPrefix(upload.id)));
  return keys.length === 0 && batch ? [batch.file] : keys;
}

async function inputFileLists(known: KnownBatch, deps: BatchApiDeps): Promise<ReadonlyMap<string, string>> {
  const keys = await inputFiles(known, deps);
  return new Map([[INPUT_FILES, keys.map((key) => `${JSON.stringify({ path: fileNameOf(key) })}\n`).join('')]]);
}

async function errorFiles(
  { upload: { id, datasetId }, batch }: KnownBatch,
  { quarantine }: BatchApiDeps,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  if (!batch) return files;
  const numbers = { parsing: 0, conversion: 0 };
  let objects = 0;
  for await (const rows of batchRows(quarantine, datasetId, id, batch.receivedAt)) {
    if (objects++ >= MOST_FILES) break;
    for (const [kind, text] of Object.entries(rowErrors(rows)) as ['parsing' | 'conversion', string][]) {
      if (text !== '') files.set(`${kind}_errors_${numbers[kind]++}.json`, text);
    }
  }
  return files;
}

const sized = (files: ReadonlyMap<string, string>): { name: string; length: string }[] =>
  [...files].map(([name, text]) => ({ name, length: String(Buffer.byteLength(text)) }));

/** Where a file of a listing is: at the address that was asked, with its own path. */
const linkTo =
  ({ origin, path }: HttpCall, { hasOwnHost }: BatchApiDeps, folder = '') =>
  (name: string): string =>
    `${hasOwnHost ? origin : ''}${path}?path=${encodeURIComponent(`${folder}${name}`)}`;

function listing(hrefOf: (name: string) => string, files: readonly { readonly name: string }[]): HttpAnswer {
  const data = files.map((file) => ({ ...file, _links: { self: { href: hrefOf(file.name) } } }));
  return { status: 200, body: { data, _page: { count: data.length, limit: MOST_FILES } } };
}

/** As many whole lines as fit into an answer. */
function cutLines(text: string): string {
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  const head = Buffer.from(text).subarray(0, MOST_BYTES).toString('utf8');
  return head.slice(0, head.lastIndexOf('\n') + 1);
}

const nothingAt = (names: readonly string[]): Problem =>
  problem(404, 'inlet', 'There is nothing at this path', {
    ...(names.length > 0 && { detail: `Expected path=${names.join(' or ')}` }),
  });

/** What does not fit into an answer is read where it lies. */
async function redirectTo(key: string, { addresses }: BatchApiDeps): Promise<HttpAnswer> {
  const { href } = await addresses.forReading(key);
  return { status: 307, headers: { location: href } };
}

const tooLarge = (size: number): Problem =>
  problem(413, 'limit', 'The file is too large for an answer', {
    detail: `It has ${size} bytes; an answer can have ${MOST_BYTES}`,
  });
