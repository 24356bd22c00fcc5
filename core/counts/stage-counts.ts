import { addCounts, NO_COUNTS } from '#core/pipeline/counts.ts';
import type { OutcomeCounts, RecordCounts } from '#core/record/operations.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import { readOutcomes } from './outcomes.ts';
import type { CountStore, SeriesTotals } from './ports/count-store.ts';
import { INGESTION_METHODS, type IngestionMethod, OF_BATCHES, OF_DESTINATION, SERIES } from './series.ts';

/** What a stage contains, as its counters have it: no item is read for it (docs/operations.md, "Counts"). */
export interface StageCounts {
  /** Epoch ms at which the counters were read. They follow what is stored within seconds. */
  readonly asOf: number;
  readonly profiles: ProfileCounts;
  /** Segment → members, as its merge policy sees people. */
  readonly audiences: Readonly<Record<string, number>>;
  readonly destinations: Readonly<Record<string, DestinationCounts>>;
  /** Dataset → what became of its records. `unknown` are those that named no dataset of the catalog. */
  readonly records: Readonly<Record<string, DatasetCounts>>;
}

export interface ProfileCounts {
  readonly all: number;
  /** Known by an identity of a person: a customer number, an e-mail address, a phone number. */
  readonly known: number;
  /** Known by devices alone. */
  readonly anonymous: number;
}

/** As last routed. A profile may have several identities that a destination accepts. */
export interface DestinationCounts {
  /** Segment → identities that are members there. */
  readonly members: Readonly<Record<string, number>>;
  /** Identities that have left within 30 days. */
  readonly exits: number;
  /** Reason → memberships that are kept from it. */
  readonly excluded: Readonly<Record<string, number>>;
  /** Messages that are decided and not on their queue yet. */
  readonly unsent: number;
  /** Of Audience Manager: segment → devices at each region of the edge, and those at the hub. */
  readonly devices?: Readonly<
    Record<string, { readonly edge: Readonly<Record<string, number>>; readonly hub: number }>
  >;
}

/** By ingestion method; `replay` is what replays of rejected records have changed in it. */
export interface DatasetCounts extends Readonly<Record<IngestionMethod, OutcomeCounts>> {
  /** Status → batches. */
  readonly batches: Readonly<Record<string, number>>;
}

/** What is counted: the ids of the active catalog. */
export interface Counted {
  readonly segments: readonly string[];
  readonly destinations: readonly string[];
  readonly datasets: readonly string[];
}

/** Answers what a stage contains. Every interface that shows counts uses it: they are the same everywhere. */
export async function stageCounts(
  counted: Counted,
  { counts, now }: { readonly counts: Pick<CountStore, 'totals'>; now(): number },
): Promise<StageCounts> {
  const totals = await counts.totals(seriesOf(counted));
  return asCounts(now(), counted, (series) => totals.get(series)?.numbers ?? {});
}

/** How many members audiences have, by the counters of audiences alone. */
export async function audienceSizes(
  segmentIds: readonly string[],
  counts: Pick<CountStore, 'totals'>,
): Promise<Readonly<Record<string, number>>> {
  const totals = await counts.totals([...new Set(segmentIds.map(SERIES.audiences))]);
  return byId(segmentIds, (id) => totals.get(SERIES.audiences(id))?.numbers[id] ?? 0);
}

/** How large an audience was at some instants. */
export interface AudienceSize {
  /** ISO 8601. */
  readonly at: string;
  readonly members: number;
}

/** The sizes of one audience in a history, oldest first; instants at which it was not counted are omitted. */
export const sizesOf = (segmentId: string, history: readonly StageCounts[]): AudienceSize[] =>
  history.flatMap(({ asOf, audiences }) => {
    const members = Object.hasOwn(audiences, segmentId) ? audiences[segmentId] : undefined;
    return members === undefined ? [] : [{ at: new Date(asOf).toISOString(), members }];
  });

/** Every series that there is under a catalog. */
export const seriesOf = (counted: Counted): string[] => [
  SERIES.profiles,
  ...SERIES.allAudiences,
  ...counted.destinations.map(SERIES.destination),
  ...datasetsOf(counted).flatMap((id) => INGESTION_METHODS.map((method) => SERIES.records(method, id))),
];

const datasetsOf = ({ datasets }: Counted): string[] => [...new Set([...datasets, UNKNOWN_DATASET])];

/** All records of a dataset, however they came. */
export const allRecords = (counts: DatasetCounts): OutcomeCounts =>
  INGESTION_METHODS.reduce((sum, method) => addCounts(sum, counts[method]), NO_COUNTS);

/** Records of all datasets together, by ingestion method. */
export const addedRecords = (records: StageCounts['records']): Readonly<Record<IngestionMethod, RecordCounts>> => {
  const added = (method: IngestionMethod): RecordCounts => {
    const all = Object.values(records).map((counts) => counts[method]);
    const sum = (name: keyof RecordCounts): number => all.reduce((total, counts) => total + counts[name], 0);
    return { accepted: sum('accepted'), rejected: sum('rejected'), duplicate: sum('duplicate') };
  };
  return { stream: added('stream'), batch: added('batch'), replay: added('replay') };
};

function asCounts(asOf: number, counted: Counted, numbersOf: (series: string) => SeriesTotals['numbers']): StageCounts {
  const { all = 0, known = 0, anonymous = 0 } = numbersOf(SERIES.profiles);
  const audience = (id: string): number => numbersOf(SERIES.audiences(id))[id] ?? 0;
  const records = (id: string): DatasetCounts => ({
    stream: readOutcomes(numbersOf(SERIES.records('stream', id))),
    batch: readOutcomes(numbersOf(SERIES.records('batch', id))),
    replay: readOutcomes(numbersOf(SERIES.records('replay', id))),
    batches: under(numbersOf(SERIES.records('batch', id)), OF_BATCHES),
  });
  return {
    asOf,
    profiles: { all, known, anonymous },
    audiences: byId(counted.segments, audience),
    destinations: byId(counted.destinations, (id) => destinationIn(numbersOf(SERIES.destination(id)))),
    records: byId(datasetsOf(counted), records),
  };
}

const byId = <T>(ids: readonly string[], read: (id: string) => T): Record<string, T> =>
  Object.fromEntries([...ids].sort().map((id) => [id, read(id)]));

function destinationIn(numbers: SeriesTotals['numbers']): DestinationCounts {
  const devices: Record<string, { edge: Record<string, number>; hub: number }> = {};
  for (const [path, count] of Object.entries(under(numbers, OF_DESTINATION.route))) {
    const [segmentId, route] = [path.slice(0, path.lastIndexOf('|')), path.slice(path.lastIndexOf('|') + 1)];
    const own = devices[segmentId] ?? { edge: {}, hub: 0 };
    devices[segmentId] = own;
    if (route.startsWith(EDGE)) own.edge[route.slice(EDGE.length)] = count;
    else own.hub += count;
  }
  return {
    members: under(numbers, OF_DESTINATION.members),
    exits: numbers[OF_DESTINATION.exits] ?? 0,
    excluded: under(numbers, OF_DESTINATION.excluded),
    unsent: numbers[OF_DESTINATION.unsent] ?? 0,
    ...(Object.keys(devices).length > 0 && { devices }),
  };
}

/** How a route to the edge begins; its region follows (`core/activation/destinations/aam/delivery-builder.ts`). */
const EDGE = 'edge:';

const under = (numbers: SeriesTotals['numbers'], prefix: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(numbers).flatMap(([name, number]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), number] as const] : [],
    ),
  );
