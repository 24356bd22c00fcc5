import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { Report } from '#core/report/report.ts';
import { table } from './table.ts';

/** Destination → audience → how many identifiers its vendor has there. */
export type HeldCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How many identifiers each audience of each receiver has. */
export const countHeld = (held: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>): HeldCounts =>
  Object.fromEntries(
    Object.entries(held).map(([id, audiences]) => [
      id,
      Object.fromEntries(Object.entries(audiences).map(([segment, own]) => [segment, own.length])),
    ]),
  );

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
