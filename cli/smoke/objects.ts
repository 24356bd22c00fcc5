import type { StageStores } from '#cli/stage/stores.ts';
import { exportedPrefix, manifestKey, membersPrefix, pendingPrefix } from '#core/activation/files/keys.ts';
import { readPendingPart } from '#core/activation/files/pending.ts';
import { SMOKE } from '#core/identity/smoke.ts';
import { type QuarantineRow, readArchive } from '#core/pipeline/quarantine/write.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { datasetFolder } from '#core/record/partition.ts';
import { StepFailed } from './steps.ts';

/** What smoke tests have in the buckets of a stage: a dataset and a destination of their own. */

const { dataset, destination } = SMOKE;

/** Deletes all of it, whichever smoke test it is of. @returns how many objects there were */
export async function deleteSmokeObjects({
  lake,
  quarantine,
  exports,
}: Pick<StageStores, 'lake' | 'quarantine' | 'exports'>): Promise<number> {
  const places: readonly (readonly [ObjectStore, string])[] = [
    [lake, datasetFolder(dataset)],
    [quarantine, datasetFolder(dataset)],
    [exports, `${destination}/`],
    ...[pendingPrefix, exportedPrefix, membersPrefix].map((prefix) => [exports, prefix(destination)] as const),
    [exports, manifestKey(destination)],
  ];
  let objects = 0;
  for (const [store, prefix] of places) {
    const keys = await Array.fromAsync(store.list(prefix));
    if (keys.length > 0) await store.delete(keys);
    objects += keys.length;
    if ((await Array.fromAsync(store.list(prefix))).length > 0)
      throw new StepFailed(`something is left under ${prefix}. Another smoke test may be running: try again.`);
  }
  return objects;
}

/** Why records of a smoke test were rejected; empty where none was. @param id what stands in all that it sends */
export async function rejectionReasons({ quarantine }: Pick<StageStores, 'quarantine'>, id: string): Promise<string> {
  const reasons = new Set<string>();
  for await (const key of quarantine.list(datasetFolder(dataset))) {
    const bytes = await quarantine.get(key);
    const rows = bytes ? readArchive<QuarantineRow>(bytes) : [];
    for (const { rejections } of rows.filter((row) => JSON.stringify(row).includes(id))) {
      for (const { code, pointer = '' } of rejections) reasons.add(`${code} ${pointer}`.trim());
    }
  }
  return [...reasons].join('; ');
}

/** Whether a part that waits for the next file has such a membership of the identity; undefined where none has. */
export async function isDelivered(
  { exports }: Pick<StageStores, 'exports'>,
  key: IdentityKey,
  status: 'realized' | 'exited',
): Promise<true | undefined> {
  for await (const part of exports.list(pendingPrefix(destination))) {
    const deliveries = readPendingPart(textOf(await exports.get(part)));
    const isInPart = deliveries.some(
      ({ identities, changes }) =>
        identities.map(identityKey).includes(key) && changes.some((change) => change.status === status),
    );
    if (isInPart) return true;
  }
  return undefined;
}

export const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
