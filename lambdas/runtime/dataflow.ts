import { addDataflow, type DataflowCounts, NO_DATAFLOW } from '#core/activation/dataflow.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { logFailure } from './log.ts';

/** Counts of one invocation, by destination, until they are written into the books. */
export class DataflowTally {
  #counts = new Map<string, DataflowCounts>();

  add(destinationId: string, counts: Partial<DataflowCounts>): void {
    this.#counts.set(destinationId, addDataflow(this.#counts.get(destinationId) ?? NO_DATAFLOW, counts));
  }

  /** Never fails: what was delivered is not delivered again because it could not be counted. */
  async flush(runStatistics: RunStatistics, at: number): Promise<void> {
    const counts = [...this.#counts];
    this.#counts = new Map();
    for (const [destinationId, counted] of counts) {
      try {
        await runStatistics.add(destinationId, at, counted);
      } catch (error) {
        logFailure(error, { destinationId, lost: 'counts of a dataflow run' });
      }
    }
  }
}

/**
 * A function whose counts of deliveries also go into the books of its destinations, once at the end of each invocation.
 * @param create makes the handler with the metrics that are to be counted
 */
export function withDataflow<E, R, C = unknown>(
  {
    runStatistics,
    metrics,
    now,
  }: { readonly runStatistics: RunStatistics; readonly metrics: Metrics; readonly now: Clock },
  create: (metrics: Metrics) => (event: E, context?: C) => Promise<R>,
): (event: E, context?: C) => Promise<R> {
  const tally = new DataflowTally();
  const handler = create({
    count(name, value, dimension) {
      metrics.count(name, value, dimension);
      const counted = countsOf(name, value, dimension);
      if (dimension?.destination !== undefined && counted) tally.add(dimension.destination, counted);
    },
  });
  return async (event, context) => {
    try {
      return await handler(event, context);
    } finally {
      await tally.flush(runStatistics, now());
    }
  };
}

function countsOf(
  name: string,
  value: number,
  dimension: { readonly [name: string]: string } | undefined,
): Partial<DataflowCounts> | undefined {
  switch (name) {
    case METRICS.deliveriesSent:
      return { activated: value };
    case METRICS.deliveriesFailed:
      if (dimension?.class === 'unknown') return undefined;
      return dimension?.class === 'drop' ? { failed: value } : { retried: value };
    // Where nobody knows, it is not counted as activated; what is found later at the vendor is.
    case METRICS.deliveriesUnknown:
      return { excluded: { outcomeUnknown: value } };
    case METRICS.deliveriesExcluded:
      return { excluded: { [dimension?.reason ?? 'unknown']: value } };
    default:
      return undefined;
  }
}
