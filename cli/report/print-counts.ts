import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { type AudienceSize, allRecords, type StageCounts } from '#core/counts/stage-counts.ts';
import { recordTable, sections } from './print-stage.ts';
import { table, tally } from './table.ts';

/** How large an audience was, and by how much it has changed each time. */
export function printSizes(sizes: readonly AudienceSize[]): string {
  if (sizes.length === 0) return '  nothing was counted in this time\n';
  const rows = sizes.map(({ at, members }, index) => {
    const change = index === 0 ? 0 : members - sizes[index - 1]!.members;
    return [at, members, change === 0 ? '' : `${change > 0 ? '+' : ''}${change.toLocaleString('en-US')}`];
  });
  return `${table(['at', 'members', 'change'], rows)}\n`;
}

/** What a stage contains, by its counters, for people. */
export function printCounts(counts: StageCounts, catalog: CompiledCatalog): string {
  const { all, known, anonymous } = counts.profiles;
  const number = (value: number): string => value.toLocaleString('en-US');
  const records = Object.fromEntries(
    Object.entries(counts.records).flatMap(([id, own]) => {
      const sum = allRecords(own);
      return sum.accepted + sum.rejected + sum.duplicate > 0 ? [[id, sum] as const] : [];
    }),
  );
  const audiences = Object.entries(counts.audiences).map(([id, members]) => [
    id,
    catalog.segmentDefinitions.get(id)?.name ?? '',
    catalog.segments.plans.get(id)?.method ?? '',
    members,
  ]);
  const destinations = Object.entries(counts.destinations).map(([id, { members, exits, excluded }]) => [
    id,
    catalog.destinations.get(id)?.type ?? '',
    Object.values(members).reduce((sum, count) => sum + count, 0),
    exits,
    tally(excluded),
  ]);
  const devices = Object.values(counts.destinations).flatMap(({ devices: own = {} }) =>
    Object.entries(own).map(([id, { edge, hub }]) => [
      id,
      Object.entries(edge)
        .map(([region, count]) => `${region}: ${count}`)
        .join('  '),
      hub,
    ]),
  );
  return sections([
    ['Records', recordTable(records)],
    ['Profiles', `  ${number(all)} profiles: ${number(known)} known, ${number(anonymous)} anonymous`],
    ['Audiences', table(['id', 'name', 'method', 'members'], audiences)],
    ['Destinations', table(['id', 'type', 'identities', 'exits', 'excluded'], destinations)],
    devices.length > 0 && ['Audience Manager: devices', table(['audience', 'edge, by region', 'hub'], devices)],
    ['As of', `  ${new Date(counts.asOf).toISOString()}, by the counters`],
  ]);
}
