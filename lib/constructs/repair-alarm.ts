import type { Construct } from 'constructs';
import { METRICS } from '#core/contract/metrics.ts';
import type { Alarms } from './alarms.ts';
import { countedBy } from './rejection-alarms.ts';

/** A few are records that came in seconds before the evaluation did; this many in five minutes are not. */
const REPAIRED = 100;

/** The alarm on what the evaluation of all profiles had to fix. */
export function addRepairAlarm(scope: Construct, { stage, alarms }: { stage: string; alarms: Alarms }): void {
  alarms.add(scope, 'MembershipsRepairedAlarm', {
    pattern: 'evaluate-partition-memberships-repaired',
    metric: countedBy(stage, 'evaluate-partition', METRICS.membershipsRepaired),
    threshold: REPAIRED,
    says: `The evaluation of all profiles corrected ${REPAIRED} memberships or more in five minutes: streaming had missed them.`,
  });
}
