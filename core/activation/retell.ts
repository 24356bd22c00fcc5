import { type DestinationLedger, type LedgerItem, NOTHING_TOLD, type Told } from './ledger.ts';

/** What a destination shall be told again: everything since an instant, as if it had missed it. */
export interface Retell {
  readonly destinationId: string;
  /** Epoch ms. */
  readonly since: number;
}

/** The ledger of somebody who has to assume that a destination heard nothing of what it was told since then. */
export function beforeRetelling(ledger: LedgerItem, { destinationId, since }: Retell): LedgerItem {
  const known = ledger.destinations[destinationId] ?? NOTHING_TOLD;
  const told = Object.entries(known.told).map(([key, segments]) => {
    const entries = Object.entries(segments).map(([id, entry]) => [
      id,
      isSince(entry, since) ? opposite(entry) : entry,
    ]);
    return [key, Object.fromEntries(entries)];
  });
  const doubted: DestinationLedger = { ...known, told: Object.fromEntries(told) };
  return { ...ledger, destinations: { ...ledger.destinations, [destinationId]: doubted } };
}

const isSince = ({ toldAt, lastQualificationTime }: Told, since: number): boolean =>
  (toldAt ?? lastQualificationTime) >= since;

const opposite = (entry: Told): Told => ({ ...entry, status: entry.status === 'realized' ? 'exited' : 'realized' });
