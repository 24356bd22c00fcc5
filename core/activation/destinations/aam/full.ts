import type { DeliveryStateStore, LastRouted } from '#core/activation/delivery-state.ts';
import type { FileRow } from '#core/activation/files/pending.ts';
import { parseIdentityKey } from '#core/record/identity.ts';

/**
 * All that the hub should know of its users: the memberships of every identity that was told by way of the hub. For
 * `.overwrite` files, which put it in the place of what is known.
 */
export async function overwriteRows(destinationId: string, deliveryStates: DeliveryStateStore): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const { destinations, lastRevision } of deliveryStates.scan()) {
    for (const [key, segments] of Object.entries(destinations[destinationId]?.lastRouted ?? {})) {
      const realized = Object.entries(segments).filter(([, { status }]) => status === 'realized');
      if (!realized.some(([, { routes }]) => routes?.includes('hub'))) continue;
      rows.push(...realized.map(([segmentId, lastRouted]) => rowOf(key, segmentId, lastRouted, lastRevision)));
    }
  }
  return rows;
}

const rowOf = (
  key: string,
  segmentId: string,
  { status, lastQualificationTime }: LastRouted,
  revision: number,
): FileRow => ({
  identity: parseIdentityKey(key),
  segmentId,
  status,
  lastQualificationTime,
  revision,
  decidedAt: lastQualificationTime,
  attributes: {},
});
