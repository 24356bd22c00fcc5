import { setTimeout } from 'node:timers/promises';
import type { StageStores } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import type { Retell } from '#core/activation/retell.ts';
import { route } from '#core/activation/route.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageRules } from '#core/catalog/rules.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';

const ITEMS_AT_ONCE = 16;

/**
 * Routes every profile item of a stage anew to one destination. Only what it does not know is queued, or with `retell`
 * everything since then, so it may be broken off and begun again at any time.
 * @returns items looked at, and messages queued
 */
export async function routeEverybody(
  destinationId: string,
  { stores, resources, catalog }: { stores: StageStores; resources: Resources; catalog: CompiledCatalog },
  retell?: Retell,
): Promise<{ items: number; queued: number }> {
  const rules = stageRules(catalog).route;
  const own = [...rules.destinations].filter(([id]) => id === destinationId);
  const deps = {
    ...stores,
    rules: { ...rules, destinations: new Map(own) },
    outbox: new SqsOutbox(sqs(), JSON.parse(resources['destination-queues']) as Record<string, string>),
    now: Date.now,
    pause: (attempt: number) => setTimeout(50 * 2 ** attempt),
  };
  const total = { items: 0, queued: 0 };
  await eachAtOnce(stores.memberships.scan(), ITEMS_AT_ONCE, async ({ root }) => {
    const { queued } = await route(root, deps, retell ? { retell } : {});
    total.items += 1;
    total.queued += queued;
  });
  return total;
}
