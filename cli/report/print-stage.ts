import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { addCounts, NO_COUNTS } from '#core/pipeline/counts.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import type { Report } from '#core/report/report.ts';
import type { StageReport } from './stage-report.ts';
import { table, tally } from './table.ts';
import { type HeldCounts, vendorTable } from './vendor-table.ts';

/** The report of a stage for people. @param held what vendors hold that are played on this machine */
export function printStage(report: StageReport, catalog: CompiledCatalog, held: HeldCounts = {}): string {
  const rejectedFiles = report.batches.filter(({ rejection, status }) => rejection && status !== 'inactive');
  const takenBack = report.batches.filter(({ status }) => status === 'inactive');
  return sections([
    ['Records', recordTable(report.records)],
    rejectedFiles.length > 0 && [
      'Rejected files',
      table(
        ['file', 'code', 'reason'],
        rejectedFiles.map(({ file, rejection }) => [file, rejection!.code, rejection!.message]),
      ),
    ],
    takenBack.length > 0 && [
      'Reverted batches',
      table(
        ['batch', 'dataset', 'file', 'had brought'],
        takenBack.map(({ id, datasetId, file, counts }) => [id, datasetId, file, counts.accepted]),
      ),
    ],
    ...marketing(report, catalog),
    Object.keys(held).length > 0 && ['Vendors', vendorTable(held, report, catalog)],
  ]);
}

/** Profiles, audiences and deliveries, as both a stage and a replay have them. */
export function marketing(report: Report, catalog: CompiledCatalog): (readonly [string, string])[] {
  const inGraphs = Object.values(report.graphs.sizes).reduce((sum, count) => sum + count, 0);
  const segments = Object.entries(report.segments).map(([id, { method, count }]) => [
    id,
    catalog.segmentDefinitions.get(id)?.name ?? '',
    method,
    count,
  ]);
  const destinations = Object.entries(report.destinations).map(([id, { entries, exits, excluded }]) => [
    id,
    catalog.destinations.get(id)?.type ?? '',
    entries,
    exits,
    tally(excluded),
  ]);
  const aam = Object.entries(report.aam).map(([id, { edge, hub, excluded }]) => [
    id,
    Object.entries(edge)
      .map(([region, devices]) => `${region}: ${devices}`)
      .join('  '),
    hub,
    tally(excluded),
  ]);
  return [
    [
      'Profiles',
      `  ${report.profiles.toLocaleString('en-US')} profiles, ${inGraphs.toLocaleString('en-US')} of them with several identities`,
    ],
    ['Audiences', table(['id', 'name', 'method', 'members'], segments)],
    ['Destinations', table(['id', 'type', 'entries', 'exits', 'excluded'], destinations)],
    ['Audience Manager: devices', table(['audience', 'edge, by region', 'hub', 'excluded (profiles)'], aam)],
  ];
}

/** What became of records, by dataset. */
export function recordTable(records: StageReport['records']): string {
  const entries = Object.entries(records).sort(([x], [y]) => (x < y ? -1 : 1));
  const total = entries.reduce((sum, [, counts]) => addCounts(sum, counts), NO_COUNTS);
  const rows = [...entries, ['all', total] as const].map(([id, counts]) => [
    id,
    counts.accepted,
    counts.rejected,
    counts.duplicate,
    whyNot(counts),
  ]);
  return table(['dataset', 'accepted', 'rejected', 'duplicate', 'why'], rows);
}

/** Why records were rejected, are in no profile, or said nothing to the identity graph; what was left out of them. */
export const whyNot = (counts: Reasons): string =>
  [
    tally(counts.rejections),
    tally(prefixed('not in a profile: ', counts.withoutProfile)),
    tally(prefixed('not in the graph: ', counts.graphRejections)),
    tally(prefixed('identities omitted: ', counts.identitiesOmitted)),
    tally(prefixed('values omitted: ', counts.valuesOmitted)),
    tally({ 'timestamps bounded': counts.timestampsBounded ?? 0, 'events amended': counts.amended ?? 0 }),
  ]
    .filter((text) => text !== '')
    .join('; ');

type Reasons = Pick<
  OutcomeCounts,
  | 'rejections'
  | 'withoutProfile'
  | 'graphRejections'
  | 'identitiesOmitted'
  | 'valuesOmitted'
  | 'timestampsBounded'
  | 'amended'
>;

const prefixed = (prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).map(([reason, count]) => [prefix + reason, count]));

export const sections = (partitions: readonly (readonly [string, string] | false)[]): string =>
  partitions
    .filter((partition) => partition !== false)
    .map(([title, text]) => `${title}\n${text}\n`)
    .join('\n');
