import type { LedgerStore, Told } from '#core/activation/ledger.ts';
import type { FileRow } from '#core/activation/s3-file/pending.ts';
import { parseIdentityKey } from '#core/record/identity.ts';

/**
 * All that the hub should know of its users: the memberships of every identity that was told by way of the hub. For
 * `.overwrite` files, which put it in the place of what is known.
 */
export async function overwriteRows(destinationId: string, ledgers: LedgerStore): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const { destinations, lastRevision } of ledgers.scan()) {
    for (const [key, segments] of Object.entries(destinations[destinationId]?.told ?? {})) {
      const realized = Object.entries(segments).filter(([, { status }]) => status === 'realized');
      if (!realized.some(([, { via }]) => via?.includes('hub'))) continue;
      rows.push(...realized.map(([segmentId, told]) => rowOf(key, segmentId, told, lastRevision)));
    }
  }
  return rows;
}

const rowOf = (key: string, segmentId: string, { status, lastQualificationTime }: Told, revision: number): FileRow => ({
  identity: parseIdentityKey(key),
  segmentId,
  status,
  lastQualificationTime,
  revision,
  decidedAt: lastQualificationTime,
  attributes: {},
});
