import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { openObject } from '#core/ingestion/source/open-object.ts';
import { readChunk } from '#core/pipeline/batch/read-chunk.ts';
import { dryRun, processRecords, validate } from '#core/pipeline/process.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';

/** As the functions cut files. */
const CHUNK_BYTES = 8 * 1_048_576;

/** What the functions of the batch door do with a file, with maps for buckets and tables; nothing is left out else. */
export class BatchIngestion {
  readonly #landing = createMemoryObjectStore();
  readonly #catalog: CompiledCatalog;
  readonly #datasetId: string;

  constructor(catalog: CompiledCatalog, datasetId: string) {
    this.#catalog = catalog;
    this.#datasetId = datasetId;
  }

  async put(file: string, bytes: Uint8Array): Promise<void> {
    await this.#landing.put(file, bytes);
  }

  /** As `split` does: finds out where the file can be cut. */
  async split(file: string): Promise<readonly ChunkMessage[]> {
    const source = await openObject(this.#landing, file);
    const { format, gzip, chunks } = await listChunks(source!, { targetBytes: CHUNK_BYTES });
    const ofAll = { batchId: 'batch', datasetId: this.#datasetId, file, receivedAt: 0, format, gzip };
    return chunks.map((chunk) => ({ ...ofAll, chunk }));
  }

  /** As `validate-chunk` does: decodes, maps, validates and counts. @returns good rows */
  async look(chunks: readonly ChunkMessage[]): Promise<number> {
    let good = 0;
    await this.#read(chunks, async (slice) => {
      good += dryRun(slice, this.#catalog).good;
    });
    return good;
  }

  /** As `stitch-chunk` begins: the same again, and good rows get their id, time, order and text. @returns good rows */
  async accept(chunks: readonly ChunkMessage[]): Promise<number> {
    let good = 0;
    await this.#read(chunks, async (slice) => {
      good += validate(slice, this.#catalog).accepted.length;
    });
    return good;
  }

  /** All that `stitch-chunk` does: what was accepted is written to the lake and stitched. @returns rows with an outcome */
  async ingest(chunks: readonly ChunkMessage[]): Promise<number> {
    const catalog = this.#catalog;
    const tables = {
      profiles: new MemoryProfileStore(),
      timeline: new MemoryTimeline(),
      lookups: new MemoryLookupStore(),
    };
    const stitch = { ...tables, settings: stageSettings(catalog).fold, backoff: async () => {} };
    const buckets = { lake: createMemoryObjectStore(), quarantine: createMemoryObjectStore() };
    let outcomes = 0;
    await this.#read(chunks, async (slice, number) => {
      outcomes += (
        await processRecords(slice, String(number), { catalog, ...buckets, stitch, suppress: SUPPRESS_NOBODY })
      ).outcomes.length;
    });
    return outcomes;
  }

  async #read(chunks: readonly ChunkMessage[], finish: Parameters<typeof readChunk>[3]): Promise<void> {
    for (const chunk of chunks) {
      const rejection = await readChunk(chunk, this.#catalog, this.#landing, finish);
      if (rejection) throw new Error(rejection.message);
    }
  }
}
