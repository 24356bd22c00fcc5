import { describe, expect, it } from 'vitest';
import { compactStep, type StepResult } from '#core/lake/compact.ts';
import { deleteRowsFromLake } from '#core/lake/delete-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import {
  compactDeps,
  FOLDER,
  isGone,
  keyOf,
  laidOut,
  NEXT_DAY,
  PARTITION,
  rowOf,
  rowsIn,
} from '#tests/harness/lake/partition.ts';
import { type Stopping, stoppingStore } from '#tests/harness/lake/stopping-store.ts';

const KEPT = rowOf(1, 'kept');
const twoObjects = (): Promise<ObjectStore> => laidOut([[KEPT], [rowOf(2, 'gone')]]);

const compact = (lake: ObjectStore): Promise<StepResult> => compactStep(PARTITION, NEXT_DAY, compactDeps(lake));
const deleteRows = (lake: ObjectStore) => deleteRowsFromLake(lake, [FOLDER], isGone);

/** Stops where the reservation would be replaced by the object. */
const beforeWriting = (store: ObjectStore): Stopping =>
  stoppingStore(store, ({ method, etag }) => method === 'putIf' && etag !== undefined);

/** Each is an order of events in which a row of a deleted person would come back if something were left out. */
describe('a person who is deleted while a compaction is at work', () => {
  it('stays deleted where it has read all objects before', async () => {
    const store = await twoObjects();
    const writer = beforeWriting(store);
    const compaction = compact(writer.store);
    await writer.reached;
    expect(await deleteRows(store)).toEqual({ objects: 1, rows: 1 });
    writer.goOn();
    expect((await compaction).state).toBe('overtaken');
    expect(await rowsIn(store)).toEqual([KEPT]);
  });

  it('stays deleted where it begins behind the back of the deletion: listed before, rewritten after it was read', async () => {
    const store = await twoObjects();
    const deleter = stoppingStore(store, ({ method, key }) => method === 'get' && key === keyOf(1));
    const writer = beforeWriting(store);
    const deletion = deleteRows(deleter.store);
    await deleter.reached;
    const compaction = compact(writer.store);
    await writer.reached;
    deleter.goOn();
    await deletion;
    writer.goOn();
    expect((await compaction).state).toBe('overtaken');
    expect(await rowsIn(store)).toEqual([KEPT]);
  });

  it('stays deleted where it has written its object when the deletion looks', async () => {
    const store = await twoObjects();
    const deleter = stoppingStore(store, ({ method, key }) => method === 'get' && key === keyOf(1));
    const deletion = deleteRows(deleter.store);
    await deleter.reached;
    expect((await compact(store)).state).toBe('more');
    deleter.goOn();
    expect(await deletion).toEqual({ objects: 1, rows: 1 });
    expect(await rowsIn(store)).toEqual([KEPT]);
  });

  it('stays deleted where another compaction reserves the same place afterwards', async () => {
    const store = await twoObjects();
    // It has listed the objects, and finds the place free when all is over.
    const reserving = stoppingStore(store, ({ method, etag }) => method === 'putIf' && etag === undefined);
    const reading = stoppingStore(reserving.store, ({ method, key }) => method === 'get' && key.startsWith(FOLDER));
    const late = compact(reading.store);
    await reserving.reached;
    const writer = beforeWriting(store);
    const early = compact(writer.store);
    await writer.reached;
    await deleteRows(store);
    reserving.goOn();
    await reading.reached;
    writer.goOn();
    expect((await early).state).toBe('overtaken');
    reading.goOn();
    expect((await late).state).toBe('overtaken');
    expect(await rowsIn(store)).toEqual([KEPT]);
  });
});
