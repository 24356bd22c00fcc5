import { DATASET_IDS, type DatasetId, type Example, type Row } from '#cli/example/generate.ts';
import { EXAMPLE_FILES, exampleFiles } from '#cli/example/write.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';
import { enveloped } from './example.ts';
import type { Platform } from './platform.ts';

/** Uploads all of an example, one file a dataset. */
export async function uploadExample(platform: Platform, example: Example): Promise<void> {
  const files = exampleFiles(example);
  for (const id of DATASET_IDS) await upload(platform, id, 'all', files.get(EXAMPLE_FILES[id])!);
}

const upload = (platform: Platform, id: DatasetId, part: string, content: string, times = 1): Promise<void> =>
  platform.upload(`landing/${id}/${part}/${EXAMPLE_FILES[id]}`, content, times);

/** Where a record travels: by stream, or in one of a few files. */
const FILES_OF_DATASET = 3;

/**
 * Sends an example through both endpoints: each record by one or, at times, by both; files in several parts that are
 * sometimes announced twice; messages of the stream in any order and sometimes twice.
 * @param draw a number below the given one
 */
export async function scatterExample(
  platform: Platform,
  example: Example,
  draw: (below: number) => number,
): Promise<void> {
  const files = new Map<DatasetId, (object | Row)[][]>();
  const messages: string[] = [];
  for (const id of DATASET_IDS) {
    const parts: (object | Row)[][] = Array.from({ length: FILES_OF_DATASET }, () => []);
    for (const record of example[id]) {
      const way = draw(8);
      const message = way < 5 ? asMessage(record, id, platform.catalog) : undefined;
      if (message !== undefined) messages.push(message, ...(way === 0 ? [message] : []));
      // What comes by both endpoints is the same record.
      if (message === undefined || way === 1) parts[draw(FILES_OF_DATASET)]!.push(record);
    }
    files.set(id, parts);
  }
  for (let part = 0; part < FILES_OF_DATASET; part++) {
    const chosen = Object.fromEntries([...files].map(([id, parts]) => [id, parts[part]!]));
    const contents = exampleFiles({ ...example, ...chosen });
    for (const id of DATASET_IDS) {
      if (files.get(id)![part]!.length === 0) continue;
      await upload(platform, id, `part ${part}`, contents.get(EXAMPLE_FILES[id])!, draw(4) === 0 ? 2 : 1);
    }
    const share = messages.splice(0, Math.ceil(messages.length / (FILES_OF_DATASET - part)));
    for (const message of share) platform.collect(message, `producer ${draw(6)}`);
    // What comes later meets what the stages have made of the earlier.
    if (draw(2) === 0) await platform.poller.run({ until: platform.poller.clock.now() + draw(10_000) });
  }
}

/** A record as the stream carries it; none for a row that has no record. */
function asMessage(record: object | Row, id: DatasetId, catalog: CompiledCatalog): string | undefined {
  if (!EXAMPLE_FILES[id].endsWith('.csv')) return enveloped(id, record);
  const mapped = catalog.datasets.get(id)!.mapRow(...cellsOf(record as Row));
  return 'value' in mapped ? enveloped(id, mapped.value as object) : undefined;
}
