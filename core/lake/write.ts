import type { ObjectStore } from '#core/ports/object-store.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { folderAt, PARQUET } from '#core/record/partition.ts';
import { packLakeRows } from './write-rows.ts';

/**
 * Writes accepted records, one object for each dataset and day of arrival.
 * @param invocation names where the records came from; the same one is written to the same place
 */
export async function writeToLake(
  lake: ObjectStore,
  invocation: string,
  records: readonly { readonly record: AcceptedRecord }[],
): Promise<void> {
  const byFolder = Map.groupBy(records, ({ record }) => folderAt(record.datasetId, record.receivedAt));
  await Promise.all(
    [...byFolder].map(([folder, group]) => {
      const rows = group.map(
        ({ record: { id, behaviour, time, receivedAt, tieBreaker, ingestionId, operation, json } }) => ({
          id,
          receivedAt,
          ...(behaviour === 'event' && { timestamp: time }),
          tieBreaker,
          ingestionId,
          operation,
          json,
        }),
      );
      return lake.put(`${folder}${invocation}.parquet`, packLakeRows(rows), { contentType: PARQUET });
    }),
  );
}
