import { MARKS, type Mark, type Marks, markKey, marksPrefix } from '#core/ingestion/batch/upload.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** What has been done with a batch, and when. */
export async function marksOf(batchId: string, landing: ObjectStore): Promise<Marks> {
  const prefix = marksPrefix(batchId);
  const keys = await Array.fromAsync(landing.list(prefix));
  const found = keys.map((key) => key.slice(prefix.length) as Mark).filter((mark) => MARKS.includes(mark));
  const times = found.map(async (mark) => [mark, await markedAt(batchId, mark, landing)] as const);
  return Object.fromEntries(await Promise.all(times));
}

/** Sets a mark, if it is not set. @returns when it was set first */
export async function setMark(
  batchId: string,
  mark: Mark,
  { landing, now }: { readonly landing: ObjectStore; readonly now: Clock },
): Promise<number> {
  const known = await markedAt(batchId, mark, landing);
  if (known !== undefined) return known;
  const at = now();
  await landing.put(markKey(batchId, mark), String(at));
  return at;
}

/** Epoch ms; undefined where the mark is not set. */
export async function markedAt(batchId: string, mark: Mark, landing: ObjectStore): Promise<number | undefined> {
  const text = await landing.get(markKey(batchId, mark));
  return text && Number(Buffer.from(text).toString('utf8'));
}
