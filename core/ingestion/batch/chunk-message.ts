import { z } from 'zod';
import type { Chunk } from './chunk.ts';
import { objectVersion } from './upload.ts';

/** What travels from the splitter to a worker: which part of which file. */
export const chunkMessage = z.strictObject({
  batchId: z.string(),
  datasetId: z.string(),
  /** Key of the file in the landing bucket. */
  file: z.string(),
  /** Which object under that key. */
  version: objectVersion.optional(),
  /** Epoch ms: when the file arrived. */
  receivedAt: z.number(),
  format: z.enum(['ndjson', 'json', 'csv', 'parquet']),
  /** Whether it has to be unpacked to be read. */
  gzip: z.boolean(),
  /** Where the text of the file lies, if that was unpacked so that it could be cut. */
  unpacked: z.strictObject({ prefix: z.string(), size: z.number(), blockBytes: z.number() }).optional(),
  chunk: z.custom<Chunk>(
    (value) => typeof value === 'object' && value !== null && 'index' in value && 'start' in value,
  ),
});
export type ChunkMessage = z.output<typeof chunkMessage>;
