import { gunzipSync, gzipSync } from 'node:zlib';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { chunkListKey } from '../landing.ts';
import type { ChunkMessage } from './chunk-message.ts';

/**
 * The chunks of a file travel twice: to be looked at, and, once all of them have been and the batch holds, to be
 * stitched. In between their plan waits beside the file, a line a chunk; the header of a CSV, which may be wide, is only
 * in the first line that has it. The only chunk of a small file needs none.
 */
export async function writeChunkList(landing: ObjectStore, messages: readonly ChunkMessage[]): Promise<void> {
  if (messages.length < 2) return;
  let latest: readonly string[] | undefined;
  const lines = messages.map((message) => {
    const { header, ...chunk } = message.chunk;
    const isKnown = header === latest;
    latest = header;
    return `${JSON.stringify(isKnown && header ? { ...message, chunk, isSameHeader: true } : message)}\n`;
  });
  await landing.put(chunkListKey(messages[0]!.batchId), gzipSync(lines.join('')));
}

/**
 * All chunks of the file that `one` of them belongs to. @throws Error when the plan is gone
 * @param chunks how many there are
 */
export async function readChunkList(landing: ObjectStore, one: ChunkMessage, chunks: number): Promise<ChunkMessage[]> {
  if (chunks === 1) return [one];
  const bytes = await landing.get(chunkListKey(one.batchId));
  if (!bytes) throw new Error(`The chunk list of batch ${one.batchId} is gone; upload its file again`);
  const text = gunzipSync(bytes).toString('utf8');
  // As plans were written before.
  if (text.startsWith('[')) return JSON.parse(text) as ChunkMessage[];
  const lines = text.split('\n').slice(0, -1);
  let header: readonly string[] | undefined;
  return lines.map((line) => {
    const { isSameHeader, ...message } = JSON.parse(line) as ChunkMessage & { readonly isSameHeader?: true };
    if (isSameHeader && header) return { ...message, chunk: { ...message.chunk, header } };
    header = message.chunk.header;
    return message;
  });
}
