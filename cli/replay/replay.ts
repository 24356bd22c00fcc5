import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { OutgoingDelivery } from '#core/activation/ports/outbox.ts';
import { route } from '#core/activation/route.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import { LINK_HISTORY_LIMITS } from '#core/identity/link-history.ts';
import { failedCounts } from '#core/pipeline/batch/batch-state.ts';
import { commitDecisionOf } from '#core/pipeline/batch/threshold.ts';
import { countOutcomes, countValidated } from '#core/pipeline/counts.ts';
import { dryRun, processRecords, type ReceivedRecord } from '#core/pipeline/process.ts';
import { isLookedUp } from '#core/pipeline/write-lookups.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import { type Report, report } from '#core/report/report.ts';
import { evaluate } from '#core/segmentation/evaluate.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { type IngestionMethod, travel } from './batches.ts';
import { type CostRow, costTable } from './cost/cost-table.ts';
import { FirstRejected, type RejectedRecord } from './first-rejected.ts';

export interface ReplayInput {
  /** As the user has given it. */
  readonly name: string;
  /** As positions call it, if otherwise. */
  readonly source?: string;
  readonly records: readonly ReceivedRecord[];
  /** Why the rest of the file, or all of it, could not be read. */
  readonly rejection?: Rejection;
  /** What was found out of how a CSV is written, and was not given: setting → value. */
  readonly detected?: Readonly<Record<string, string>>;
  /** Rows that repeat the header of a CSV: they are no records. */
  readonly repeatedHeaders?: number;
}

export interface ReplayOptions {
  readonly catalog: CompiledCatalog;
  readonly inputs: readonly ReplayInput[];
  /** Epoch ms. */
  readonly now: number;
  readonly ingestionMethod: IngestionMethod;
  readonly seed: number;
  /**
   * Percent of rejected records above which an input fails as a whole, as a file does at the batch door; without it
   * every good record counts, so that the answer does not depend on the door.
   */
  readonly threshold?: number | undefined;
  /** Whether to count what the same would cost on AWS; takes some times as long. @default false */
  readonly withCost?: boolean;
  /** How many rejected records are named. @default 10 */
  readonly showRejected?: number;
}

export interface ReplayResult extends Report {
  records: { accepted: number; rejected: number; duplicate: number };
  /** Why records or files were rejected: code → how many. */
  rejections: Record<string, number>;
  /** The first rejected records and files. */
  rejected: readonly RejectedRecord[];
  /** Accepted records that are in no profile, by reason. */
  withoutProfile: Record<string, number>;
  /** Accepted records of which the identity graph did not take everything, by reason. */
  graphRejections: Record<string, number>;
  /** Files about which something was found out: how a CSV is written, or that it repeats its header. */
  files?: readonly Pick<ReplayInput, 'name' | 'detected' | 'repeatedHeaders'>[];
  /** Values of accepted records that are no identities although they stand where one belongs, by reason. */
  identitiesOmitted: Record<string, number>;
  /** Values that a mapping has left out of accepted records, by reason. */
  valuesOmitted: Record<string, number>;
  /** Accepted records whose stamp lay more than a day ahead of `now`: they count as of `now`. */
  timestampsBounded: number;
  /** Accepted events that have taken the place of an older version. */
  amended: number;
  /** What the accepted records would cost on AWS, by how they come in and how many come. */
  cost?: readonly CostRow[];
}

/**
 * The way of every record through the same core as in the cloud, in memory: validate, keep, stitch; then, at `now`,
 * evaluate and route every profile once. What destinations would have been told in between is not replayed.
 */
export async function replay(
  options: ReplayOptions,
): Promise<{ result: ReplayResult; deliveries: OutgoingDelivery[] }> {
  const { catalog, now } = options;
  const settings = stageSettings(catalog);
  const profiles = new MemoryProfileStore();
  const memberships = new MemoryMembershipStore();
  const timeline = new MemoryTimeline();
  const lookups = new MemoryLookupStore();
  const deliveryStates = new MemoryVersionedStore<DeliveryStateItem>();
  const deliveries: OutgoingDelivery[] = [];
  const backoff = async (): Promise<void> => {};
  const outbox = { send: async (sent: readonly OutgoingDelivery[]) => void deliveries.push(...sent) };

  const tally = emptyTally();
  const sources = new Map(options.inputs.map(({ name, source = name }) => [source, name]));
  const first = new FirstRejected(options.showRejected ?? 10, sources);
  const inputs = wholeInputs(options, tally, first);

  const travelled: AcceptedRecord[] = [];
  let part = 0;
  for (const batch of travel(
    inputs.map(({ records }) => records),
    options.ingestionMethod,
    options.seed,
  )) {
    const processed = await processRecords(batch.records, `replay-${part++}`, {
      catalog,
      // Nothing reads these again: every batch gets its own, so that memory does not grow with the input.
      lake: createMemoryObjectStore(),
      quarantine: createMemoryObjectStore(),
      suppress: SUPPRESS_NOBODY,
      stitch: {
        profiles,
        timeline,
        lookups,
        settings: { ...settings.fold, linkHistoryLimits: WHOLE_LINK_HISTORY },
        backoff,
      },
    });
    if (processed.failed[0]) throw processed.failed[0].error;
    countProcessed(processed, tally);
    for (const { position, rejections } of processed.rejected) first.add(position, rejections);
    travelled.push(...processed.outcomes.map(({ record }) => record).filter((record) => !isLookedUp(record)));
  }
  const evaluation = {
    profiles,
    memberships,
    lookups: lookupReader(lookups, catalog.segments),
    settings: settings.evaluation,
    now: () => now,
    backoff,
  };
  for (const canonicalKey of new Set(profiles.changed))
    await evaluate(canonicalKey, evaluation, { run: { jobId: 'replay', isStreamed: false } });
  const routing = { profiles, memberships, deliveryStates, outbox, settings: settings.route, now: () => now, backoff };
  for (const canonicalKey of new Set(memberships.changed)) await route(canonicalKey, routing);
  const counted = await report({ profiles, memberships, deliveryStates }, settings.report, now);
  const files = options.inputs
    .filter(({ detected, repeatedHeaders }) => detected ?? repeatedHeaders)
    .map(({ name, detected, repeatedHeaders }) => ({
      name,
      ...(detected && { detected }),
      ...(repeatedHeaders && { repeatedHeaders }),
    }));
  const result: ReplayResult = {
    ...counted,
    ...tally,
    rejected: first.records,
    ...(files.length > 0 && { files }),
  };
  if (options.withCost) {
    travelled.sort((x, y) => x.time - y.time);
    return { result: { ...result, cost: await costTable(travelled, { settings, now }) }, deliveries };
  }
  return { result, deliveries };
}

type Reasons = 'rejections' | 'withoutProfile' | 'graphRejections' | 'identitiesOmitted' | 'valuesOmitted';
type Tally = Pick<ReplayResult, 'records' | 'timestampsBounded' | 'amended' | Reasons>;

const emptyTally = (): Tally => ({
  records: { accepted: 0, rejected: 0, duplicate: 0 },
  rejections: {},
  withoutProfile: {},
  graphRejections: {},
  identitiesOmitted: {},
  valuesOmitted: {},
  timestampsBounded: 0,
  amended: 0,
});

/** The inputs that do not fail as a whole; of the others it is counted why. */
function wholeInputs(options: ReplayOptions, { records, rejections }: Tally, first: FirstRejected): ReplayInput[] {
  for (const { rejection, name, source = name } of options.inputs) {
    if (!rejection) continue;
    first.add({ source }, [rejection]);
    records.rejected += 1;
    increase(rejections, rejection.code);
  }
  return options.inputs.filter((input) => {
    const failed = failedAsWhole(input, options, first);
    records.rejected += failed?.rejected ?? 0;
    for (const [code, count] of Object.entries(failed?.rejections ?? {})) increase(rejections, code, count);
    return !failed;
  });
}

function countProcessed(processed: Processed, tally: Tally): void {
  const { records, timestampsBounded: _bounded, amended: _amended, ...reasons } = tally;
  const {
    accepted,
    rejected,
    duplicate,
    repeatedHeaders: _,
    timestampsBounded,
    amended,
    ...counted
  } = countOutcomes(processed);
  records.accepted += accepted;
  records.rejected += rejected;
  records.duplicate += duplicate;
  tally.timestampsBounded += timestampsBounded ?? 0;
  tally.amended += amended ?? 0;
  for (const [kind, counts] of Object.entries(counted))
    for (const [reason, count] of Object.entries(counts)) increase(reasons[kind as Reasons], reason, count);
}

type Processed = Awaited<ReturnType<typeof processRecords>>;

/** Nothing has to be small in memory: links come out in the order of time, however long ago they were. */
const WHOLE_LINK_HISTORY = {
  ...LINK_HISTORY_LIMITS,
  lateness: Number.POSITIVE_INFINITY,
  many: Number.POSITIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
};

/** @returns what became of the records of an input with too many rejected ones */
function failedAsWhole(
  { records, rejection }: ReplayInput,
  { catalog, threshold }: ReplayOptions,
  first: FirstRejected,
): OutcomeCounts | undefined {
  if (threshold === undefined) return undefined;
  const { good, rejected } = dryRun(records, catalog);
  const validated = countValidated(good, rejected);
  const commitDecision = commitDecisionOf({
    chunks: 1,
    validatedChunks: 1,
    validated,
    partialIngestionPercentage: threshold,
    ...(rejection && { rejection }),
  });
  if (commitDecision === 'stitch' || commitDecision === undefined) return undefined;
  for (const row of rejected) first.add(row.position, row.rejections);
  // The rejection of the rest of the file is counted already.
  return failedCounts(validated);
}

function increase(counts: Record<string, number>, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}
