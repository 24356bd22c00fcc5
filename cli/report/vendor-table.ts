import type { SinkClient } from '#cli/local/sink-client.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { Report } from '#core/report/report.ts';
import { table } from './table.ts';

/** Destination → audience → how many identifiers its vendor has there. */
export type HeldCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What the vendors hold that are played on this machine. */
export async function heldByVendors(sink: SinkClient): Promise<HeldCounts> {
  return Object.fromEntries((await sink.vendors()).map(({ id, held }) => [id, held]));
}

/**
 * Audiences as the vendors have them, beside those who are in them here. The two differ where somebody has no identity that
 * the vendor takes, or several, and where somebody has not agreed.
 */
export function vendorTable(held: HeldCounts, { segments }: Report, { destinations }: CompiledCatalog): string {
  const rows = Object.entries(held).flatMap(([id, audiences]) => {
    const destination = destinations.get(id);
    return (destination?.segments ?? []).map((segment) => [
      id,
      destination!.type,
      segment,
      segments[segment]?.count ?? 0,
      audiences[segment] ?? 0,
    ]);
  });
  return table(['destination', 'type', 'audience', 'members', 'identifiers at the vendor'], rows);
}
