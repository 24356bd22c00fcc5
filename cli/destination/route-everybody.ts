import { setTimeout } from 'node:timers/promises';
import type { StageStores } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { ExitGuard } from '#core/activation/exit-guard.ts';
import type { Resend } from '#core/activation/resend.ts';
import { route } from '#core/activation/route.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { recountAudiences } from './audiences.ts';
import { laneQueues } from './lanes.ts';

const ITEMS_CONCURRENCY = 16;

export interface RouteEverybodyOptions {
  readonly resend?: Resend;
  /** Lets everything pass, also what the guard of the destination would hold back. */
  readonly unguarded?: true;
}

/**
 * Routes every profile item of a stage anew to one destination. Only what it does not know is queued, or with `retell`
 * everything since then, so it may be broken off and begun again at any time. At the end its audiences are counted anew.
 * @returns items looked at, and messages queued
 */
export async function routeEverybody(
  destinationId: string,
  { stores, resources, catalog }: { stores: StageStores; resources: Resources; catalog: CompiledCatalog },
  { resend, unguarded }: RouteEverybodyOptions = {},
): Promise<{ items: number; queued: number }> {
  const settings = stageSettings(catalog).route;
  const own = [...settings.destinations].filter(([id]) => id === destinationId);
  const deps = {
    ...stores,
    settings: { ...settings, destinations: new Map(own) },
    outbox: new SqsOutbox(sqs(), laneQueues(resources)),
    ...(!unguarded && { guard: new ExitGuard(stores.guards, Date.now) }),
    now: Date.now,
    backoff: (attempt: number) => setTimeout(50 * 2 ** attempt),
  };
  const total = { items: 0, queued: 0 };
  await mapWithConcurrency(stores.memberships.scan(), ITEMS_CONCURRENCY, async ({ canonicalKey }) => {
    const { queued } = await route(canonicalKey, deps, resend ? { resend } : {});
    total.items += 1;
    total.queued += queued;
  });
  for (const [, destination] of own) await recountAudiences(destination, stores);
  return total;
}
