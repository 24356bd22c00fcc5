import { join } from 'node:path';
import { BLOCKS_PREFIX } from '#core/contract/landing.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { type QuarantineRow, readArchive } from '#core/pipeline/quarantine/write.ts';
import { fileStore } from './file-store.ts';
import type { LargeResult } from './run-large.ts';

/** What is not as it must be, to the row: the books, the quarantine and the lake against the file that was made. */
export async function faultsOf({ expected, batch }: LargeResult, folder: string): Promise<string[]> {
  const faults: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted) faults.push(`${what}: ${found}, expected ${wanted}`);
  };
  const { rows, rejected, duplicates } = expected;
  const { counts } = batch;
  expect('status', batch.status, 'success');
  expect('rejected', counts.rejected, rejected.size);
  expect('duplicates', counts.duplicate, duplicates);
  expect('accepted', counts.accepted, rows - rejected.size - duplicates);
  expect('sum of all', counts.accepted + counts.duplicate + counts.rejected, rows);

  const found = new Set<number>();
  const quarantine = fileStore(join(folder, 'quarantine'));
  for await (const key of quarantine.list('')) {
    for (const { position } of readArchive<QuarantineRow>((await quarantine.get(key))!)) found.add(position.row ?? -1);
  }
  expect('rejected rows with another number', found.symmetricDifference(rejected).size, 0);

  let blocks = 0;
  for await (const _ of fileStore(join(folder, 'landing')).list(BLOCKS_PREFIX)) blocks++;
  expect('pieces of unpacked files that were left', blocks, 0);

  // The same arrival may lie in the lake twice; readers leave it out by its id and arrival.
  const ingestionIds = new Set<string>();
  const events = new Set<string>();
  const lake = fileStore(join(folder, 'lake'));
  for await (const key of lake.list('')) {
    for (const { id, ingestionId, json } of await unpackLakeRows((await lake.get(key))!)) {
      ingestionIds.add(id + ingestionId);
      events.add((JSON.parse(json) as { _id: string })._id);
    }
  }
  expect('arrivals in the lake', ingestionIds.size, rows - rejected.size);
  expect('events in the lake', events.size, rows - rejected.size - duplicates);
  let missing = 0;
  for (const id of expected.ids()) if (!events.has(id)) missing++;
  expect('events that the lake lacks', missing, 0);
  return faults;
}
