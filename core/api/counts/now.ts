import type { Catalog } from '#core/catalog/catalog.ts';
import type { CompleteSince } from '#core/counts/ports/count-store.ts';
import { audienceSizes, type Counted, stageCounts } from '#core/counts/stage-counts.ts';
import type { HttpAnswer } from '../http.ts';
import type { ManagementDeps } from '../management/deps.ts';
import type { RouteCall } from '../management/route.ts';

type CountDeps = Pick<ManagementDeps, 'counts' | 'now'>;

const idsOf = (definitions: readonly { readonly id: string }[]): string[] => definitions.map(({ id }) => id);

/** What is counted under a catalog. */
export const countedIn = ({ segments, destinations, datasets }: Catalog): Counted => ({
  segments: idsOf(segments),
  destinations: idsOf(destinations),
  datasets: idsOf(datasets),
});

/** What the stage contains, as it is told. */
export async function countsNow(catalog: Catalog, deps: CountDeps): Promise<object> {
  const [{ asOf, ...counts }, since] = await Promise.all([
    stageCounts(countedIn(catalog), deps),
    deps.counts.completeSince(),
  ]);
  return { asOf: timeOf(asOf), completeSince: sinceOf(since), ...counts };
}

/** `GET /tributary/counts` */
export async function showCounts({ deps }: RouteCall): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  return { status: 200, body: await countsNow(catalog, deps) };
}

/** How many members audiences have. */
export interface SizesNow {
  /** Epoch ms. */
  readonly asOf: number;
  readonly completeSince: CompleteSince;
  readonly members: Readonly<Record<string, number>>;
}

/** Only the counters of audiences are read for it. */
export async function sizesNow(segmentIds: readonly string[], { counts, now }: CountDeps): Promise<SizesNow> {
  const [members, completeSince] = await Promise.all([audienceSizes(segmentIds, counts), counts.completeSince()]);
  return { asOf: now(), completeSince, members };
}

/** An instant as it is written. */
export const timeOf = (at: number): string => new Date(at).toISOString();

/** Since when counters have everything, as it is written. */
export const sinceOf = ({ profiles, records }: CompleteSince): object => ({
  ...(profiles !== undefined && { profiles: timeOf(profiles) }),
  ...(records !== undefined && { records: timeOf(records) }),
});
