import { type BatchFile, fileNameOf, isManifest, isPartList, readManifest } from '#core/ingestion/batch/upload.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import { openObject } from '#core/ingestion/source/open-object.ts';
import { batchRows } from '#core/pipeline/quarantine/write.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { filesOf } from './announce.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, type KnownBatch } from './known-batch.ts';
import { rowErrors, statusOf } from './report.ts';

/** Files of one list. */
const MAX_FILES = 100;
/** What a function can answer at most, with room to spare: text takes more room in the answer than it has bytes. */
const MAX_BYTES = 4 * 1_048_576;

const FOLDERS = ['row_errors', 'input_files'] as const;
/** The one file that names all files of the batch, a line each. */
const INPUT_FILES = 'fileMetaData1.json';

interface NamedFile {
  readonly name: string;
  readonly text?: string;
}

/**
 * `GET /batches/{id}/meta?path=` `row_errors`, `input_files`, or a file in one of them (aep.md §2.3); without a path what
 * there is. Files of errors are made of the quarantine when they are asked for; they live as long as it does.
 */
export async function answerMeta(call: HttpCall, known: KnownBatch, deps: BatchApiDeps): Promise<HttpAnswer> {
  const path = (call.query.path ?? '').replace(/^\/|\/$/g, '');
  if (path === '')
    return list(
      FOLDERS.map((name) => ({ name })),
      call,
      deps,
    );
  const [folder, name, ...rest] = path.split('/');
  if (!FOLDERS.some((one) => one === folder) || rest.length > 0) return nothingAt(FOLDERS);
  const files = folder === 'row_errors' ? errorFiles(known, deps) : inputFileLists(known, deps);
  if (name === undefined) return list(files, call, deps, folder);
  for await (const file of files) if (file.name === name) return { status: 200, body: file.text ?? '' };
  return nothingAt([folder!]);
}

/** `GET /batches/{id}/failed[?path=]`: the files of a batch that failed, as they were sent. */
export async function answerFailed(call: HttpCall, known: KnownBatch, deps: BatchApiDeps): Promise<HttpAnswer> {
  const isFailed = statusOf(known.transitions, known.batch) === 'failed';
  const files = new Map((isFailed ? await inputFiles(known, deps) : []).map((file) => [fileNameOf(file.key), file]));
  const { path } = call.query;
  if (path === undefined || path === '') {
    const names = [...files.keys()].map((name) => ({ name }));
    return list(names, call, deps);
  }
  const file = files.get(path);
  const source = file && (await openObject(deps.landing, file.key, file.version));
  if (!source) return nothingAt([...files.keys()].slice(0, 5));
  if (source.size > MAX_BYTES) return isPartList(file.key) ? tooLarge(source.size) : redirectTo(file, deps);
  return { status: 200, file: await source.read(0, source.size) };
}

/** The files that the batch was made of, or is going to be, as they were when it was completed. */
async function inputFiles({ upload, batch }: KnownBatch, { landing }: BatchApiDeps): Promise<readonly BatchFile[]> {
  if (!batch) return filesOf(upload.id, landing);
  const { file: key, version } = batch;
  if (!isManifest(key)) return [{ key, version }];
  const bytes = await landing.get(key, undefined, version);
  return (bytes && readManifest(bytes)?.files) ?? filesOf(upload.id, landing);
}

async function* inputFileLists(known: KnownBatch, deps: BatchApiDeps): AsyncIterable<NamedFile> {
  const files = await inputFiles(known, deps);
  yield {
    name: INPUT_FILES,
    text: files.map(({ key }) => `${JSON.stringify({ path: fileNameOf(key) })}\n`).join(''),
  };
}

async function* errorFiles(
  { upload: { id, datasetId }, batch }: KnownBatch,
  { quarantine }: BatchApiDeps,
): AsyncIterable<NamedFile> {
  if (!batch) return;
  const numbers = { parsing: 0, conversion: 0 };
  for await (const rows of batchRows(quarantine, datasetId, id, batch.receivedAt)) {
    for (const { kind, text } of rowErrors(rows, MAX_BYTES)) {
      yield { name: `${kind}_errors_${numbers[kind]++}.json`, text };
    }
  }
}

/** A list of files from `start` on, with an address for what comes after it. */
async function list(
  files: Iterable<NamedFile> | AsyncIterable<NamedFile>,
  { origin, path, query }: HttpCall,
  { hasOwnHost }: BatchApiDeps,
  folder?: string,
): Promise<HttpAnswer> {
  const { start: from = '0' } = query;
  if (!/^\d{1,9}$/.test(from)) return badRequest('start: expected a whole number');
  const start = Number(from);
  const here = `${hasOwnHost ? origin : ''}${path}`;
  const data: object[] = [];
  let [at, hasMore] = [0, false];
  for await (const { name, text } of files) {
    if (at++ < start) continue;
    hasMore = data.length === MAX_FILES;
    if (hasMore) break;
    const href = `${here}?path=${encodeURIComponent(folder === undefined ? name : `${folder}/${name}`)}`;
    data.push({
      name,
      ...(text !== undefined && { length: String(Buffer.byteLength(text)) }),
      _links: { self: { href } },
    });
  }
  const next = `${here}?${new URLSearchParams({ ...(folder && { path: folder }), start: String(start + MAX_FILES) })}`;
  const _page = { count: data.length, limit: MAX_FILES };
  return { status: 200, body: { data, _page, ...(hasMore && { _links: { next: { href: next } } }) } };
}

const nothingAt = (names: readonly string[]): Problem =>
  problem(404, 'inlet', 'There is nothing at this path', {
    ...(names.length > 0 && { detail: `Expected path=${names.join(' or ')}` }),
  });

/** What does not fit into an answer is read where it lies. */
async function redirectTo({ key, version }: BatchFile, { addresses }: BatchApiDeps): Promise<HttpAnswer> {
  const { href } = await addresses.forReading(key, version);
  return { status: 307, headers: { location: href } };
}

const tooLarge = (size: number): Problem =>
  problem(413, 'limit', 'The file is too large for an answer', {
    detail: `It has ${size} bytes; an answer can have ${MAX_BYTES}`,
  });
