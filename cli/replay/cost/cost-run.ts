import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { type RouteResult, route } from '#core/activation/route.ts';
import type { StageSettings } from '#core/catalog/stage-settings.ts';
import { type Cost, costOf, noUsage, type Usage } from '#core/cost/usage.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { evaluateChanges, type ItemChange } from '#core/segmentation/evaluate-change.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import {
  meteredDeliveryStates,
  meteredMemberships,
  meteredOutbox,
  meteredProfiles,
  meteredTimeline,
  TableMeter,
} from './metered-stores.ts';

/** Records that travel together. */
export interface CostBatch {
  readonly ingestionMethod: 'stream' | 'file';
  readonly records: readonly AcceptedRecord[];
}

/** KB that the envelope of a streamed record adds. */
const ENVELOPE_KB = 0.2;
/** Records of a file that one chunk holds, about. */
const CHUNK_RECORDS = 4_000;

/**
 * What a function call takes, in ms: processor time as `npm run bench` measures it, and waiting, with 5 ms for a call of
 * DynamoDB and 30 ms for one of S3, as many side by side as the code allows.
 */
const TIMES = {
  stitch: { memoryGb: 1.769, perRecord: 0.15, perTimelineRound: 5, perUnitRound: 12, perPut: 30 },
  evaluate: { memoryGb: 1, perImage: 0.3, perChange: 1.5 },
  route: { memoryGb: 0.5, perChange: 4 },
} as const;
const TIMELINE_CONCURRENCY = 32;
const GROUPS_CONCURRENCY = 16;
/** Changes that one call of `evaluate` or `route` gets on a busy stage. */
const CHANGES_A_CALL = 100;

/**
 * Runs records through stitching, evaluation and routing at one instant, and counts what that asks of AWS.
 * @param together whether records of a batch may share reads and writes; `false` is the worst case, in which no two
 *   records of a batch belong to one person
 */
export async function countCost(
  batches: Iterable<CostBatch>,
  { settings, now, together }: { settings: StageSettings; now: number; together: boolean },
): Promise<Cost> {
  const usage = noUsage();
  const meter = new TableMeter(usage);
  const changes: ItemChange[] = [];
  const toRoute: string[] = [];
  const profiles = meteredProfiles(new MemoryProfileStore(), meter, (change) => void changes.push(change));
  const timeline = meteredTimeline(new MemoryTimeline(), meter);
  const memberships = Object.assign(
    meteredMemberships(new MemoryMembershipStore(), meter, (canonicalKey) => void toRoute.push(canonicalKey)),
    { due: () => new MemoryMembershipStore().due(now) },
  );
  const deliveryStates = meteredDeliveryStates(new MemoryVersionedStore<DeliveryStateItem>(), meter);
  const outbox = meteredOutbox(usage);
  const common = { profiles, memberships, deliveryStates, outbox, now: () => now, backoff: async () => {} };

  let records = 0;
  let images = 0;
  let routed = 0;
  for (const batch of batches) {
    const parts = together ? [batch.records] : batch.records.map((record) => [record]);
    for (const part of parts)
      await stitch(part, { profiles, timeline, settings: settings.fold, backoff: common.backoff });
    records += batch.records.length;
    countIngestion(
      batch,
      together ? new Set(changes.map(({ after }) => after.canonicalKey)).size : batch.records.length,
      usage,
    );
    images += changes.length;
    for (const change of changes.splice(0))
      await evaluateChanges([change], { ...common, settings: settings.evaluation });
    routed += toRoute.length;
    for (const canonicalKey of new Set(toRoute.splice(0))) {
      countGuard(await route(canonicalKey, { ...common, settings: settings.route }), together, usage);
    }
  }
  countCalls(
    usage,
    TIMES.evaluate.memoryGb,
    images,
    images * TIMES.evaluate.perImage + routed * TIMES.evaluate.perChange,
  );
  countCalls(usage, TIMES.route.memoryGb, routed, routed * TIMES.route.perChange);
  return costOf(usage, records);
}

/** What guards count: who leaves an audience, one by one; how large it is, once a call. */
function countGuard({ destinations }: RouteResult, together: boolean, usage: Usage): void {
  for (const by of Object.values(destinations).flatMap(({ audiences }) => Object.values(audiences))) {
    const writes = Math.max(0, -by) + (together ? 1 / CHANGES_A_CALL : 1);
    usage.writes += writes;
    usage.writeUnits += writes;
  }
}

/** What it takes to receive, keep and stitch a batch, the tables apart. */
function countIngestion({ ingestionMethod, records }: CostBatch, units: number, usage: Usage): void {
  const datasets = new Set(records.map(({ datasetId }) => datasetId)).size;
  usage.s3Puts += datasets;
  const { memoryGb, perRecord, perTimelineRound, perUnitRound, perPut } = TIMES.stitch;
  const ms =
    records.length * perRecord +
    Math.ceil(records.length / TIMELINE_CONCURRENCY) * perTimelineRound +
    Math.ceil(units / GROUPS_CONCURRENCY) * perUnitRound +
    perPut;
  usage.lambdaGbSeconds += (ms / 1_000) * memoryGb;
  if (ingestionMethod === 'file') {
    const chunks = records.length / CHUNK_RECORDS;
    usage.lambdaCalls += chunks;
    usage.s3Gets += chunks;
    usage.sqsRequests += 3 * chunks;
    return;
  }
  usage.lambdaCalls += 1;
  // The books of the stream, a dataset each.
  usage.writes += datasets;
  usage.writeUnits += datasets;
  for (const { json } of records) {
    const kb = json.length / 1_024 + ENVELOPE_KB;
    usage.kinesisKbIn += Math.ceil(kb);
    usage.kinesisKbOut += kb;
  }
}

function countCalls(usage: Usage, memoryGb: number, changes: number, ms: number): void {
  usage.lambdaCalls += changes / CHANGES_A_CALL;
  usage.lambdaGbSeconds += (ms / 1_000) * memoryGb;
}
