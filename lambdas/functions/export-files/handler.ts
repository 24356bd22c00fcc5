import { z } from 'zod';
import { hubFiles } from '#core/activation/aam/hub-file.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { DestinationCatalog } from '#core/activation/destination-catalog.ts';
import type { DataflowBooks } from '#core/activation/ports/dataflow.ts';
import { fileTypeOf, isProfileDestination } from '#core/activation/registry.ts';
import { exportOutlet, type MakeFiles, type OutletExports } from '#core/activation/s3-file/export-outlet.ts';
import { dueSlot, type ExportWindow, HUB_SCHEDULE, isExportDay } from '#core/activation/s3-file/schedule.ts';
import { hubOutletId } from '#core/contract/connections.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { describeError, logBatch, logFailure } from '#lambdas/runtime/log.ts';

export interface ExportFilesDeps {
  readonly catalog: DestinationCatalog;
  readonly exports: ObjectStore;
  readonly books: DataflowBooks;
  readonly metrics: Metrics;
  readonly now: Clock;
}

/** The hourly rule of an outlet, or somebody by hand. */
const request = z.looseObject({
  /** Export whatever the schedule says. */
  force: z.boolean().default(false),
  /** Only this outlet. */
  outletId: z.string().optional(),
  /** The rule of an outlet, which the catalog need not have yet. */
  scheduled: z.boolean().default(false),
  /** Epoch ms to take for the present. */
  at: z.number().optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});

export interface OutletSummary extends Partial<OutletExports> {
  readonly outletId: string;
  readonly status: 'exported' | 'nothingPending' | 'notDue' | 'paused' | 'failed';
  readonly error?: string;
}

export interface ExportSummary {
  readonly at: string;
  readonly outlets: readonly OutletSummary[];
}

/** A way out that files take, and when. */
interface FileOutlet {
  readonly id: string;
  readonly destinationId: string;
  readonly window: ExportWindow;
  readonly full: boolean;
  readonly makeFiles: MakeFiles;
}

/**
 * Schedule → the files of every destination that is due. A destination that fails does not stop the others; the
 * function fails at the end, so that somebody hears of it and it is tried again.
 */
export function createHandler(deps: ExportFilesDeps) {
  return async (event: unknown): Promise<ExportSummary> => {
    const asked = request.parse(event ?? {});
    const at = asked.at ?? (asked.time === undefined ? deps.now() : Date.parse(asked.time));
    const { destinations } = await deps.catalog.current();
    const outlets = [...destinations.values()].flatMap(fileOutlet);
    const wanted = outlets.filter(({ id }) => asked.outletId === undefined || id === asked.outletId);
    if (asked.outletId !== undefined && wanted.length === 0 && !asked.scheduled) {
      const known = outlets.map(({ id }) => `"${id}"`).join(', ') || 'none';
      throw new Error(`No outlet "${asked.outletId}" writes files; those that do: ${known}`);
    }

    const summaries: OutletSummary[] = [];
    for (const outlet of wanted) summaries.push(await exportOne(outlet, at, asked.force, deps));
    const summary = { at: new Date(at).toISOString(), outlets: summaries };
    logBatch(summary);
    const failed = summaries.filter(({ status, unreadable }) => status === 'failed' || unreadable?.length);
    if (failed.length > 0) {
      throw new Error(
        `Outlets that were not exported completely: ${failed.map(({ outletId }) => outletId).join(', ')}`,
      );
    }
    return summary;
  };
}

function fileOutlet(destination: DestinationDefinition): FileOutlet[] {
  const { id: destinationId } = destination;
  if (!isProfileDestination(destination)) {
    const makeFiles: MakeFiles = (rows, slot) => hubFiles(destination, rows, slot);
    return [
      { id: hubOutletId(destinationId), destinationId, window: { schedule: HUB_SCHEDULE }, full: false, makeFiles },
    ];
  }
  const type = fileTypeOf(destination);
  if (!type) return [];
  const makeFiles: MakeFiles = (rows, slot) => type.files(rows, destination, slot);
  const full = type.exports(destination) === 'full';
  return [{ id: destinationId, destinationId, window: type.schedule(destination), full, makeFiles }];
}

async function exportOne(
  outlet: FileOutlet,
  at: number,
  force: boolean,
  deps: ExportFilesDeps,
): Promise<OutletSummary> {
  const outletId = outlet.id;
  const slot = force ? Math.floor(at / 1000) * 1000 : dueSlot(outlet.window.schedule, at);
  if (slot === undefined || !isExportDay(outlet.window, slot)) return { outletId, status: 'notDue' };
  try {
    if ((await deps.books.pausedSince(outlet.destinationId)) !== undefined) return { outletId, status: 'paused' };
    const options = { moveOn: force, now: deps.now(), full: outlet.full };
    const { exports, unreadable } = await exportOutlet(deps.exports, outletId, slot, outlet.makeFiles, options);
    for (const problem of unreadable) logFailure(new Error(`${problem}. Mend or delete the part.`), { outletId });
    countRows(outlet, exports, deps.metrics);
    return { outletId, status: exports.length > 0 ? 'exported' : 'nothingPending', exports, unreadable };
  } catch (error) {
    logFailure(error, { outletId });
    return { outletId, status: 'failed', error: describeError(error) };
  }
}

function countRows({ destinationId }: FileOutlet, exports: OutletExports['exports'], metrics: Metrics): void {
  for (const { files, invalid } of exports) {
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    metrics.count(METRICS.deliveriesSent, rows, { destination: destinationId });
    for (const [reason, group] of Map.groupBy(invalid, (why) => why)) {
      metrics.count(METRICS.deliveriesExcluded, group.length, { destination: destinationId, reason });
    }
  }
}
