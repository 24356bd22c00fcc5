import type { Construct } from 'constructs';
import { METRICS } from '#core/contract/metrics.ts';
import type { Alarms } from './alarms.ts';
import { countedBy } from './rejection-alarms.ts';

/** The alarm on destinations that their guard holds: counted every minute until they are released. */
export function addGuardAlarm(scope: Construct, { stage, alarms }: { stage: string; alarms: Alarms }): void {
  alarms.add(scope, 'DestinationsHeldAlarm', {
    pattern: 'destinations-held',
    metric: countedBy(stage, 'reevaluate-due', METRICS.destinationsHeld),
    threshold: 1,
    says: 'A destination is held: more profiles were to leave one of its audiences within a day than its guard lets pass.',
  });
}
