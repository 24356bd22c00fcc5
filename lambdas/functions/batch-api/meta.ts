import { batchRows } from '#core/ingestion/archive.ts';
import { rowErrors } from '#core/ingestion/batch-api/report.ts';
import { filesPrefix, type Upload } from '#core/ingestion/batch-api/upload.ts';
import { problem } from '#core/ingestion/collection/problem.ts';
import type { HttpAnswer } from '#lambdas/runtime/http.ts';
import type { BatchApiDeps } from './deps.ts';

/** Objects of refused rows that are listed; each has up to a thousand rows. */
const MOST_FILES = 100;
/** What a function can answer at most, with room to spare. */
const MOST_BYTES = 5_000_000;

/**
 * `GET /batches/{id}/meta?path=` `row_errors`, `row_errors/<file>` or `input_files` (aep.md §2.3). Files of errors are
 * made of the quarantine when they are asked for; they live as long as it does.
 */
export async function answerMeta(path: string, upload: Upload, deps: BatchApiDeps): Promise<HttpAnswer> {
  if (path === 'input_files') return listing(path, upload, await inputFiles(upload, deps));
  const [folder, name, ...rest] = path.split('/');
  if (folder !== 'row_errors' || rest.length > 0) {
    return problem(404, 'inlet', 'There is nothing at this path', {
      detail: 'Expected path=row_errors or input_files',
    });
  }
  const files = await errorFiles(upload, deps);
  if (name === undefined || name === '') {
    const listed = [...files].map(([file, text]) => ({ name: file, length: String(Buffer.byteLength(text)) }));
    return listing(path, upload, listed);
  }
  const text = files.get(name);
  return text === undefined ? problem(404, 'inlet', 'There is no such file') : { status: 200, body: cutLines(text) };
}

async function inputFiles({ id }: Upload, { landing }: BatchApiDeps): Promise<{ name: string }[]> {
  const prefix = filesPrefix(id);
  const keys = await Array.fromAsync(landing.list(prefix));
  return keys.map((key) => ({ name: decodeURIComponent(key.slice(prefix.length)) }));
}

async function errorFiles(
  { id, datasetId }: Upload,
  { operations, quarantine }: BatchApiDeps,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const batch = await operations.batch(id);
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

function listing(path: string, { id }: Upload, files: readonly { readonly name: string }[]): HttpAnswer {
  const data = files.map((file) => {
    const href = `/batches/${id}/meta?path=${encodeURIComponent(`${path.replace(/\/$/, '')}/${file.name}`)}`;
    return { ...file, _links: { self: { href } } };
  });
  return { status: 200, body: { data, _page: { count: data.length, limit: MOST_FILES } } };
}

/** As many whole lines as fit into an answer. */
function cutLines(text: string): string {
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  const head = Buffer.from(text).subarray(0, MOST_BYTES).toString('utf8');
  return head.slice(0, head.lastIndexOf('\n') + 1);
}
