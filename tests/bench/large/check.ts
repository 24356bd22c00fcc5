import { join } from 'node:path';
import { PIECES_PREFIX } from '#core/contract/landing.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { type QuarantineRow, readArchive } from '#core/pipeline/quarantine/keep.ts';
import { fileStore } from './file-store.ts';
import type { LargeResult } from './run-large.ts';

/** What is not as it must be, to the row: the books, the quarantine and the lake against the file that was made. */
export async function faultsOf({ expected, batch }: LargeResult, folder: string): Promise<string[]> {
  const faults: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted) faults.push(`${what}: ${found}, expected ${wanted}`);
  };
  const { rows, refused, duplicates } = expected;
  const { counts } = batch;
  expect('status', batch.status, 'success');
  expect('refused', counts.refused, refused.size);
  expect('duplicates', counts.duplicate, duplicates);
  expect('accepted', counts.accepted, rows - refused.size - duplicates);
  expect('sum of all', counts.accepted + counts.duplicate + counts.refused, rows);

  const found = new Set<number>();
  const quarantine = fileStore(join(folder, 'quarantine'));
  for await (const key of quarantine.list('')) {
    for (const { position } of readArchive<QuarantineRow>((await quarantine.get(key))!)) found.add(position.row ?? -1);
  }
  expect('refused rows with another number', found.symmetricDifference(refused).size, 0);

  let pieces = 0;
  for await (const _ of fileStore(join(folder, 'landing')).list(PIECES_PREFIX)) pieces++;
  expect('pieces of unpacked files that were left', pieces, 0);

  // The same arrival may lie in the lake twice; readers leave it out by its id and arrival.
  const arrivals = new Set<string>();
  const events = new Set<string>();
  const lake = fileStore(join(folder, 'lake'));
  for await (const key of lake.list('')) {
    for (const { id, arrival, json } of await unpackLakeRows((await lake.get(key))!)) {
      arrivals.add(id + arrival);
      events.add((JSON.parse(json) as { _id: string })._id);
    }
  }
  expect('arrivals in the lake', arrivals.size, rows - refused.size);
  expect('events in the lake', events.size, rows - refused.size - duplicates);
  let missing = 0;
  for (const id of expected.ids()) if (!events.has(id)) missing++;
  expect('events that the lake lacks', missing, 0);
  return faults;
}
