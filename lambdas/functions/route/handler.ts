import type { DynamoDBStreamEvent } from 'aws-lambda';
import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import { ExitGuard } from '#core/activation/exit-guard.ts';
import type { GuardStore } from '#core/activation/ports/guard.ts';
import type { Outbox } from '#core/activation/ports/outbox.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import { route } from '#core/activation/route.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { fnv1a } from '#core/util/fnv.ts';
import { AudienceTally } from '#lambdas/runtime/audience-tally.ts';
import { DataflowTally } from '#lambdas/runtime/dataflow.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { type BatchResponse, byItemKey, handleByKey } from '#lambdas/runtime/stream-batch.ts';

export interface RouteFunctionDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly deliveryStates: DeliveryStateStore;
  readonly outbox: Outbox;
  readonly runStatistics: RunStatistics;
  readonly guards: GuardStore;
  readonly metrics: Metrics;
  readonly now: Clock;
  backoff(attempt: number): Promise<void>;
}

/** Membership stream → destination queues. What is told is decided by what is stored now, not by the image. */
export function createHandler(deps: RouteFunctionDeps) {
  const guard = new ExitGuard(deps.guards, deps.now);
  return async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    const catalog = await deps.catalog.current();
    const { profiles, memberships, deliveryStates, outbox, now, backoff } = deps;
    const routing = {
      profiles,
      memberships,
      deliveryStates,
      outbox,
      guard,
      now,
      backoff,
      settings: stageSettings(catalog).route,
    };
    const tally = new DataflowTally();
    const audiences = new AudienceTally();
    let queued = 0;
    let excluded = 0;
    const response = await handleByKey(records.map(byItemKey), async (canonicalKey) => {
      const result = await route(canonicalKey, routing);
      queued += result.queued;
      excluded += result.excluded;
      for (const [id, routed] of Object.entries(result.destinations)) {
        const excluded = Object.values(routed.excluded).reduce((sum, profileCount) => sum + profileCount, 0);
        audiences.add(id, routed.audiences);
        tally.add(id, { received: routed.queued + excluded, excluded: routed.excluded });
      }
    });
    await tally.flush(deps.runStatistics, now());
    await audiences.flush(guard, fnv1a(records[0]?.eventID ?? ''));
    deps.metrics.count(METRICS.deliveriesQueued, queued);
    deps.metrics.count(METRICS.deliveriesExcluded, excluded);
    logBatch({ images: records.length, queued, excluded, failed: response.batchItemFailures.length });
    return response;
  };
}
