import type { Construct } from 'constructs';
import { METRICS } from '#core/contract/metrics.ts';
import type { Alarms } from './alarms.ts';
import { countedBy } from './rejection-alarms.ts';

/** A few are records that came in seconds before the evaluation did; this many in five minutes are not. */
const REPAIRED = 100;

/** The alarm on counters that were not what counting everything anew has found. */
export function addCountAlarm(scope: Construct, { stage, alarms }: { stage: string; alarms: Alarms }): void {
  alarms.add(scope, 'CountsRepairedAlarm', {
    pattern: 'count-counts-repaired',
    metric: countedBy(stage, 'count', METRICS.countsRepaired),
    threshold: 1,
    says: 'Counting everything anew found other numbers than the counters had. They are right now.',
  });
}

/** The alarm on what the evaluation of all profiles had to fix. */
export function addRepairAlarm(scope: Construct, { stage, alarms }: { stage: string; alarms: Alarms }): void {
  alarms.add(scope, 'MembershipsRepairedAlarm', {
    pattern: 'evaluate-partition-memberships-repaired',
    metric: countedBy(stage, 'evaluate-partition', METRICS.membershipsRepaired),
    threshold: REPAIRED,
    says: `The evaluation of all profiles corrected ${REPAIRED} memberships or more in five minutes: streaming had missed them.`,
  });
}
