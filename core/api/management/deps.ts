import type { GiveLanesDeps } from '#core/activation/give-lanes.ts';
import type { DeliveryErrors } from '#core/activation/ports/delivery-errors.ts';
import type { GuardStore } from '#core/activation/ports/guard.ts';
import type { LaneSecrets } from '#core/activation/ports/lane-pool.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import type { ApprovalStore } from '#core/callers/ports/approval-store.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import type { ActiveDefinitions, DefinitionStore } from '#core/catalog/definition-store.ts';
import type { Scope } from '#core/contract/scopes.ts';
import type { CountHistory } from '#core/counts/ports/count-history.ts';
import type { CountStore } from '#core/counts/ports/count-store.ts';
import type { LastBatches } from '#core/counts/ports/last-batches.ts';
import type { StartDeps } from '#core/jobs/start-job.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { Operations } from '#core/record/operations.ts';
import type { Callers } from './caller.ts';

/** What goes with a change of definitions beside the definitions. */
export interface Consequences {
  /** Makes ready what a catalog needs before it is made active: delivery lanes. Or says why it cannot be made active. */
  prepare(before: Catalog, after: Catalog): Promise<string | undefined>;
  /** Who would enter and leave audiences, and what destinations would be told. Nothing is written. */
  impactOf(before: Catalog, after: Catalog): Promise<object>;
  /** Begins what the change makes necessary, as `catalog apply` does. */
  begin(before: Catalog, after: Catalog, active: ActiveDefinitions): Promise<void>;
}

/** What is kept for a while under an id, such as what a preview has counted. */
export interface Notes {
  /** @param expiresAt epoch ms */
  put(id: string, value: object, expiresAt: number): Promise<void>;
  get(id: string): Promise<object | undefined>;
  remove(id: string): Promise<void>;
}

/** People, to be counted: none is shown. */
export interface CountedPeople {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly lookups: LookupStore;
}

/** What the management host needs. */
export interface ManagementDeps {
  readonly callers: Callers;
  readonly definitions: DefinitionStore;
  readonly consequences: Consequences;
  /** Of evaluations of all profiles. */
  readonly evaluation: StartDeps;
  readonly people: CountedPeople;
  readonly notes: Notes;
  /** Credentials of destinations go in here, and come out nowhere. */
  readonly destinationSecrets: Pick<LaneSecrets, 'create' | 'forget'>;
  readonly operations: Pick<Operations, 'batch'>;
  readonly lastBatches: Pick<LastBatches, 'of'>;
  /** Changes that wait for a second person. */
  readonly approvals: ApprovalStore;
  /** What needs a second person. */
  readonly fourEyes: readonly Scope[];
  /** What the stage contains, and has contained: nobody is read for it. */
  readonly counts: Pick<CountStore, 'totals' | 'completeSince'>;
  readonly countHistory: Pick<CountHistory, 'read'>;
  readonly runs: Pick<RunStatistics, 'runs' | 'pausedSince' | 'pause'>;
  readonly guards: GuardStore;
  readonly deliveryErrors: Pick<DeliveryErrors, 'list'>;
  readonly lanes: Pick<GiveLanesDeps, 'assignments' | 'pool' | 'fixed'>;
  readonly stage: string;
  readonly now: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** A new id at every call. */
  readonly newId: () => string;
}
