import { z } from 'zod';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { DestinationCatalog } from '#core/activation/destination-catalog.ts';
import { hubFiles } from '#core/activation/destinations/aam/hub-file.ts';
import { bytesOf } from '#core/activation/files/export-file.ts';
import {
  type ExportOptions,
  exportLane,
  type LaneExports,
  type MakeFiles,
} from '#core/activation/files/export-lane.ts';
import {
  dueSlot,
  type ExportWindow,
  HUB_SCHEDULE,
  isExportDay,
  slotAfterEvaluation,
} from '#core/activation/files/schedule.ts';
import type { FileTarget } from '#core/activation/files/target.ts';
import type { FileReceiver } from '#core/activation/ports/file-receiver.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import { fileTypeOf, isProfileDestination } from '#core/activation/registry.ts';
import { hubLaneId } from '#core/contract/delivery-lanes.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { describeError, logBatch, logFailure } from '#lambdas/runtime/log.ts';

export interface ExportFilesDeps {
  readonly catalog: DestinationCatalog;
  readonly exports: ObjectStore;
  readonly runStatistics: RunStatistics;
  /** The evaluations of all profiles, after which some destinations have their files. */
  readonly evaluations: Pick<Jobs, 'latest'>;
  readonly metrics: Metrics;
  /** Puts files where destinations want them that are not content with the exports bucket. @default nobody does */
  readonly receive?: FileReceiver;
  readonly now: Clock;
  newId(): string;
}

/** The hourly rule of a delivery lane, or somebody by hand. */
const request = z.looseObject({
  /** Export whatever the schedule says. */
  force: z.boolean().default(false),
  /** Only this delivery lane. */
  laneId: z.string().optional(),
  /** All but these, which have rules of their own. */
  except: z.array(z.string()).default([]),
  /** The rule of a delivery lane, which the catalog need not have yet. */
  scheduled: z.boolean().default(false),
  /** Epoch ms to take for the present. */
  at: z.number().optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});

export interface LaneSummary extends Partial<LaneExports> {
  readonly laneId: string;
  readonly status: 'exported' | 'nothingPending' | 'notDue' | 'paused' | 'underWay' | 'failed';
  readonly error?: string;
}

export interface ExportSummary {
  readonly at: string;
  readonly lanes: readonly LaneSummary[];
}

/** A way out that files take, and when. */
interface FileLane {
  readonly id: string;
  readonly destinationId: string;
  readonly window: ExportWindow;
  readonly full: boolean;
  readonly makeFiles: MakeFiles;
  readonly target?: FileTarget | undefined;
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
    const lanes = [...destinations.values()].flatMap(fileLane);
    const wanted = lanes.filter(
      ({ id }) => (asked.laneId === undefined || id === asked.laneId) && !asked.except.includes(id),
    );
    if (asked.laneId !== undefined && wanted.length === 0 && !asked.scheduled) {
      const known = lanes.map(({ id }) => `"${id}"`).join(', ') || 'none';
      throw new Error(`No delivery lane "${asked.laneId}" writes files; those that do: ${known}`);
    }

    const summaries: LaneSummary[] = [];
    for (const lane of wanted) summaries.push(await exportOne(lane, at, asked.force, deps));
    const summary = { at: new Date(at).toISOString(), lanes: summaries };
    logBatch(summary);
    const failed = summaries.filter(({ status, unreadable }) => status === 'failed' || unreadable?.length);
    if (failed.length > 0) {
      throw new Error(
        `Delivery lanes that were not exported completely: ${failed.map(({ laneId }) => laneId).join(', ')}`,
      );
    }
    return summary;
  };
}

function fileLane(destination: DestinationDefinition): FileLane[] {
  const { id: destinationId } = destination;
  if (!isProfileDestination(destination)) {
    const makeFiles: MakeFiles = (rows, slot) => hubFiles(destination, rows, slot);
    return [
      { id: hubLaneId(destinationId), destinationId, window: { schedule: HUB_SCHEDULE }, full: false, makeFiles },
    ];
  }
  const type = fileTypeOf(destination);
  if (!type) return [];
  const makeFiles: MakeFiles = (rows, slot, left) => type.files(rows, destination, slot, left);
  const full = type.exports(destination) === 'full';
  const target = type.target?.(destination);
  return [{ id: destinationId, destinationId, window: type.schedule(destination), full, makeFiles, target }];
}

async function exportOne(lane: FileLane, at: number, force: boolean, deps: ExportFilesDeps): Promise<LaneSummary> {
  const laneId = lane.id;
  const slot = force ? Math.floor(at / 1000) * 1000 : await slotOf(lane.window, at, deps);
  if (slot === undefined || !isExportDay(lane.window, slot)) return { laneId, status: 'notDue' };
  try {
    if ((await deps.runStatistics.pausedSince(lane.destinationId)) !== undefined) return { laneId, status: 'paused' };
    const options = { moveOn: force, now: deps.now(), id: deps.newId(), full: lane.full, ...delivering(lane, deps) };
    const { exports, unreadable, isUnderWay } = await exportLane(deps.exports, laneId, slot, lane.makeFiles, options);
    if (isUnderWay) return { laneId, status: 'underWay' };
    for (const problem of unreadable) logFailure(new Error(`${problem}. Fix or delete the part.`), { laneId });
    countRows(lane, exports, deps.metrics);
    return { laneId, status: exports.length > 0 ? 'exported' : 'nothingPending', exports, unreadable };
  } catch (error) {
    logFailure(error, { laneId });
    return { laneId, status: 'failed', error: describeError(error) };
  }
}

async function slotOf({ schedule }: ExportWindow, at: number, deps: ExportFilesDeps): Promise<number | undefined> {
  if (schedule !== 'afterEvaluation') return dueSlot(schedule, at);
  const { finished } = await deps.evaluations.latest();
  return slotAfterEvaluation(at, finished?.endedAt);
}

/** How the files of a lane are delivered, where that is not the exports bucket. */
function delivering({ destinationId, target }: FileLane, { receive }: ExportFilesDeps): Pick<ExportOptions, 'deliver'> {
  if (!target) return {};
  if (!receive) throw new Error(`Nothing here can deliver files to "${destinationId}" by ${target.kind}`);
  return {
    deliver: async (file) =>
      receive(destinationId, target, {
        name: file.key.slice(file.key.lastIndexOf('/') + 1),
        bytes: await bytesOf(file),
        contentType: file.contentType,
      }),
  };
}

function countRows({ destinationId }: FileLane, exports: LaneExports['exports'], metrics: Metrics): void {
  for (const { files, invalid } of exports) {
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    metrics.count(METRICS.deliveriesSent, rows, { destination: destinationId });
    for (const [reason, group] of Map.groupBy(invalid, (why) => why)) {
      metrics.count(METRICS.deliveriesExcluded, group.length, { destination: destinationId, reason });
    }
  }
}
