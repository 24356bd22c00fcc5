import { type GiveLanesDeps, giveLanes, hasSecret, noLaneLeft } from '#core/activation/give-lanes.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import { type Catalog, routesAlike } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { type PlanStores, planCatalog } from '#core/catalog/plan.ts';
import { whyEvaluate } from '#core/catalog/why-evaluate.ts';
import { type StartDeps, startJob } from '#core/jobs/start-job.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Consequences } from './deps.ts';

export interface ConsequenceDeps {
  readonly stores: Omit<PlanStores, 'lake'>;
  readonly lake: Pick<ObjectStore, 'list' | 'entries'>;
  /** Of evaluations of all profiles. */
  readonly evaluation: StartDeps;
  readonly lanes: Omit<GiveLanesDeps, 'isActive'>;
  readonly stage: string;
  readonly now: Clock;
}

/** So many profile items are looked at to say what a change would do: seconds, and cents. */
const MAX_ITEMS = 2_000;

/** What goes with a change of definitions, by the same code as `catalog apply` and `catalog plan`. */
export function createConsequences({ stores, lake, evaluation, lanes, stage, now }: ConsequenceDeps): Consequences {
  return {
    async prepare(before, after) {
      if (lanesIn(before) === lanesIn(after)) return undefined;
      const active = new Set(before.destinations.flatMap(lanesOfDestination).map(({ id }) => id));
      const given = await giveLanes(after.destinations, { ...lanes, isActive: (id) => active.has(id) });
      if (!('reason' in given)) return undefined;
      if (given.reason === 'none-left') return noLaneLeft(given.without, lanes.pool.size, stage);
      return 'Somebody else is giving out delivery lanes at the same time: try again';
    },
    async impactOf(before, after) {
      const limited = firstOf(stores.profiles, MAX_ITEMS);
      const active = compileCatalog(before);
      // Nothing is counted of what datasets leave behind: that takes everybody.
      const none: PlanStores['lake'] = { entries: async function* () {} };
      const places = { ...stores, profiles: limited.profiles, lake: none };
      const plan = await planCatalog(after, { active, before }, places, now());
      const { profileCount, segments, destinations, activities, schemas } = plan;
      return { profileCount, isSample: limited.isCut(), audiences: segments, destinations, activities, schemas };
    },
    async begin(before, after, { version, activeSince, routedSince }) {
      const why = await whyEvaluate(compileCatalog(before), compileCatalog(after), lake);
      if (why === undefined && routesAlike(before, after)) return;
      await startJob(version, evaluation, { activeSince, routedSince: routedSince ?? activeSince ?? 0 });
    },
  };
}

/** What destinations need of lanes and secrets: where it stays as it is, nobody is asked for any. */
const lanesIn = ({ destinations }: Catalog): string =>
  destinations
    .map((each) => `${lanesOfDestination(each).map(({ id }) => id)} ${each.type} ${hasSecret(each)}`)
    .sort()
    .join('\n');

/** A store whose scans end after so many items. */
function firstOf(profiles: ProfileStore, limit: number): { readonly profiles: ProfileStore; isCut(): boolean } {
  let isCut = false;
  return {
    isCut: () => isCut,
    profiles: {
      lookup: (keys) => profiles.lookup(keys),
      write: (write) => profiles.write(write),
      async *scan(...which) {
        let items = 0;
        for await (const item of profiles.scan(...which)) {
          items += 1;
          if (items > limit) {
            isCut = true;
            return;
          }
          yield item;
        }
      },
    },
  };
}
