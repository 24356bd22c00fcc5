import { METRICS } from '#core/contract/metrics.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';

/** Emits what became of records. */
export function emitCounts(metrics: Metrics, counts: OutcomeCounts, lateLinks: number): void {
  const sum = (tally: Readonly<Record<string, number>>): number => Object.values(tally).reduce((x, y) => x + y, 0);
  metrics.count(METRICS.recordsAccepted, counts.accepted);
  metrics.count(METRICS.recordsRejected, counts.rejected);
  metrics.count(METRICS.recordsDuplicate, counts.duplicate);
  metrics.count(METRICS.recordsWithoutProfile, sum(counts.withoutProfile));
  metrics.count(
    METRICS.recordsSuppressed,
    (counts.withoutProfile['identity-suppressed'] ?? 0) + (counts.rejections['identity-suppressed'] ?? 0),
  );
  metrics.count(METRICS.graphRejections, sum(counts.graphRejections));
  metrics.count(METRICS.identitiesOmitted, sum(counts.identitiesOmitted));
  metrics.count(METRICS.valuesOmitted, sum(counts.valuesOmitted));
  metrics.count(METRICS.timestampsBounded, counts.timestampsBounded ?? 0);
  metrics.count(METRICS.eventsAmended, counts.amended ?? 0);
  metrics.count(METRICS.lateLinks, lateLinks);
}
