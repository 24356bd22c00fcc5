import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import { type RouteResult, route } from '#core/activation/route.ts';
import type { StageSettings } from '#core/catalog/stage-settings.ts';
import { noUsage, type Usage } from '#core/cost/usage.ts';
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

/** Messages for one delivery lane. */
export interface Sent {
  readonly ordered: boolean;
  readonly messages: number;
}

/** What records ask for wherever they come in and however many come: counted. */
export interface Work {
  /** Of the tables and of the queues that are sent to. */
  readonly usage: Usage;
  readonly records: number;
  /** How many records each dataset has. */
  readonly datasets: ReadonlyMap<string, number>;
  /** KB of the records as JSON. */
  readonly jsonKb: number;
  /** KB that stay on timelines. */
  readonly timelineKb: number;
  /** Profile items that were written, and so are given to evaluation. */
  readonly images: number;
  /** Membership items that were written, and so are given to routing. */
  readonly routed: number;
  readonly destinations: number;
  /** How often one of these concerns one destination. */
  readonly dataflows: number;
  readonly sent: readonly Sent[];
  /** The most profile items that were written for one part. */
  readonly units: number;
}

/**
 * Runs records through stitching, evaluation and routing at one instant, part by part, on stores that lay every item out as
 * it would be written.
 * @param parts records that may share reads and writes: those of one person in one part do
 */
export async function countWork(
  parts: Iterable<readonly AcceptedRecord[]>,
  { settings, now }: { readonly settings: StageSettings; readonly now: number },
): Promise<Work> {
  const usage = noUsage();
  const meter = new TableMeter(usage);
  const changes: ItemChange[] = [];
  const toRoute: string[] = [];
  const sent = new Map<string, number>();
  const datasets = new Map<string, number>();
  const lanes = new Map(
    [...settings.route.destinations]
      .flatMap(([id, { type }]) => lanesOfDestination({ id, type }))
      .map((lane) => [lane.id, lane]),
  );
  let timelineBytes = 0;
  const profiles = meteredProfiles(new MemoryProfileStore(), meter, (change) => void changes.push(change));
  const timeline = meteredTimeline(new MemoryTimeline(), meter, (bytes) => {
    timelineBytes += bytes;
  });
  const memberships = Object.assign(
    meteredMemberships(new MemoryMembershipStore(), meter, (canonicalKey) => void toRoute.push(canonicalKey)),
    { due: () => new MemoryMembershipStore().due(now) },
  );
  const deliveryStates = meteredDeliveryStates(new MemoryVersionedStore<DeliveryStateItem>(), meter);
  const isOrdered = (laneId: string): boolean => lanes.get(laneId)?.ordered ?? false;
  const outbox = meteredOutbox((laneId, messages, requests) => {
    sent.set(laneId, (sent.get(laneId) ?? 0) + messages);
    usage[isOrdered(laneId) ? 'sqsFifoRequests' : 'sqsRequests'] += requests;
  });
  const common = { profiles, memberships, deliveryStates, outbox, now: () => now, backoff: async () => {} };

  const counted = { records: 0, jsonKb: 0, images: 0, routed: 0, dataflows: 0, units: 0 };
  for (const part of parts) {
    await stitch(part, { profiles, timeline, settings: settings.fold, backoff: common.backoff });
    counted.records += part.length;
    for (const { datasetId, json } of part) {
      datasets.set(datasetId, (datasets.get(datasetId) ?? 0) + 1);
      counted.jsonKb += json.length / 1_024;
    }
    counted.images += changes.length;
    counted.units = Math.max(counted.units, new Set(changes.map(({ after }) => after.canonicalKey)).size);
    for (const change of changes.splice(0))
      await evaluateChanges([change], { ...common, settings: settings.evaluation });
    counted.routed += toRoute.length;
    for (const canonicalKey of new Set(toRoute.splice(0))) {
      const result = await route(canonicalKey, { ...common, settings: settings.route });
      counted.dataflows += Object.keys(result.destinations).length;
      countGuard(result, usage);
    }
  }
  return {
    ...counted,
    usage,
    destinations: settings.route.destinations.size,
    datasets,
    timelineKb: timelineBytes / 1_024,
    sent: [...sent].map(([laneId, messages]) => ({ ordered: isOrdered(laneId), messages })),
  };
}

/** What guards count: who leaves an audience, one by one, and how large it is. */
function countGuard({ destinations }: RouteResult, usage: Usage): void {
  for (const by of Object.values(destinations).flatMap(({ audiences }) => Object.values(audiences))) {
    const writes = Math.max(0, -by) + 1;
    usage.writes += writes;
    usage.writeUnits += writes;
  }
}
