import type { ReadLog } from '#core/access/read-log.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import type { Suppress } from '#core/governance/suppress.ts';
import type { SuppressionSettings } from '#core/governance/suppression.ts';
import type { IngestDeps } from '#core/pipeline/ingest.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations, OutcomeCounts } from '#core/record/operations.ts';
import type { Callers } from '../management/caller.ts';
import type { RouteCall } from '../management/route.ts';

/** What it takes to show rejected records, and to ingest them once more. */
export interface RejectedRecordsDeps {
  readonly callers: Callers;
  readonly catalog: CatalogPort;
  readonly quarantine: ObjectStore;
  readonly lake: ObjectStore;
  readonly operations: Pick<Operations, 'progress'>;
  /** Counts what a replay has changed in the records of a dataset. */
  countReplay(datasetId: string, counts: OutcomeCounts): Promise<void>;
  /** All but what the catalog says. */
  readonly stitch: Omit<IngestDeps, 'settings'>;
  readonly suppression: (settings: SuppressionSettings) => Suppress;
  readonly readLog: Pick<ReadLog, 'append'>;
  readonly now: Clock;
  /** A new id at every call. */
  readonly newId: () => string;
}

export type RejectedCall<Query = unknown, Body = unknown> = RouteCall<Query, Body, RejectedRecordsDeps>;
