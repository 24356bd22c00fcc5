import { ApiError } from '#client/client.ts';
import { session } from '#console/api/session.ts';

/** What one request carries: the function behind the API takes no more. */
export const PART_BYTES = 4 * 1_048_576;

/** The format of a file, by its name; undefined for one that is not read. */
export const formatOf = (name: string): 'csv' | 'json' | 'parquet' | undefined => {
  const [, ending = ''] = /\.(csv|tsv|ndjson|jsonl|json|parquet)(?:\.gz|\.zst)?$/i.exec(name) ?? [];
  const known = ending.toLowerCase();
  if (known === '') return undefined;
  return known === 'parquet' ? 'parquet' : known === 'csv' || known === 'tsv' ? 'csv' : 'json';
};

/** The byte ranges in which a file is sent: one where it fits into a request. */
export const partsOf = (size: number): readonly { readonly start: number; readonly end: number }[] =>
  Array.from({ length: Math.max(1, Math.ceil(size / PART_BYTES)) }, (_, i) => ({
    start: i * PART_BYTES,
    end: Math.min(size, (i + 1) * PART_BYTES),
  }));

const BATCHES = '/data/foundation/import/batches';

/**
 * Sends a file as a batch of a dataset, in parts, through the API.
 * @param tell how much is sent, from 0 to 1
 * @returns the id of the batch
 */
export async function sendFile(file: File, datasetId: string, tell: (share: number) => void): Promise<string> {
  const format = formatOf(file.name);
  const created = await request('POST', BATCHES, JSON.stringify({ datasetId, inputFormat: { format } }));
  const { id } = (await created.json()) as { readonly id: string };
  const address = `${BATCHES}/${id}/datasets/${encodeURIComponent(datasetId)}/files/${encodeURIComponent(file.name)}`;
  const parts = partsOf(file.size);
  for (const { start, end } of parts) {
    const range = `bytes ${start}-${end - 1}/${file.size}`;
    await (parts.length === 1
      ? request('PUT', address, file)
      : request('PATCH', address, file.slice(start, end), { 'content-range': range }));
    tell(end / file.size);
  }
  if (parts.length > 1) await request('POST', `${address}?action=COMPLETE`);
  await request('POST', `${BATCHES}/${id}?action=COMPLETE`);
  return id;
}

async function request(
  method: string,
  address: string,
  body?: string | Blob,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const answer = await fetch(address, {
    method,
    headers: { 'content-type': 'application/octet-stream', ...session.headers(), ...headers },
    ...(body !== undefined && { body }),
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { readonly title?: string; readonly detail?: string };
  throw new ApiError(answer.status, { title: problem.title ?? answer.statusText, detail: problem.detail });
}
