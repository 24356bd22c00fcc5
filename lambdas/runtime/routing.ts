import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import { ExitGuard } from '#core/activation/exit-guard.ts';
import type { GuardStore } from '#core/activation/ports/guard.ts';
import type { Outbox } from '#core/activation/ports/outbox.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import type { RouteDeps, RouteResult } from '#core/activation/route.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { fnv1a } from '#core/util/fnv.ts';
import { AudienceTally } from './audience-tally.ts';
import { DataflowTally } from './dataflow.ts';

/** What a function needs that routes. */
export interface RoutingDeps {
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

/** Begins invocations that route. @returns for each one what routes and counts; `id` is the invocation's */
export function createRouting(deps: RoutingDeps): (id: string | undefined) => Routing {
  const guard = new ExitGuard(deps.guards, deps.now);
  return (id) => new Routing(deps, guard, id);
}

/** What one invocation routes, counted. */
class Routing {
  queued = 0;
  excluded = 0;
  readonly #deps: RoutingDeps;
  readonly #guard: ExitGuard;
  readonly #shard: number;
  readonly #tally = new DataflowTally();
  readonly #audiences = new AudienceTally();

  constructor(deps: RoutingDeps, guard: ExitGuard, id = '') {
    this.#deps = deps;
    this.#guard = guard;
    this.#shard = fnv1a(id);
  }

  /** @param route does it, under the catalog that is active */
  async run(route: (deps: RouteDeps) => Promise<RouteResult>): Promise<void> {
    const { profiles, memberships, deliveryStates, outbox, now, backoff, catalog } = this.#deps;
    const { route: settings } = stageSettings(await catalog.current());
    const guard = this.#guard;
    const deps = { profiles, memberships, deliveryStates, outbox, guard, now, backoff, settings };
    const { queued, excluded, destinations } = await route(deps);
    this.queued += queued;
    this.excluded += excluded;
    for (const [id, routed] of Object.entries(destinations)) {
      const excluded = Object.values(routed.excluded).reduce((sum, profileCount) => sum + profileCount, 0);
      this.#audiences.add(id, routed.audiences);
      this.#tally.add(id, { received: routed.queued + excluded, excluded: routed.excluded });
    }
  }

  /** Writes the counts down. */
  async end(): Promise<void> {
    const { runStatistics, metrics, now } = this.#deps;
    await this.#tally.flush(runStatistics, now());
    await this.#audiences.flush(this.#guard, this.#shard);
    metrics.count(METRICS.deliveriesQueued, this.queued);
    metrics.count(METRICS.deliveriesExcluded, this.excluded);
  }
}
