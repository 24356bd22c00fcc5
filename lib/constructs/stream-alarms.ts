import { Duration } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';

/** The alarms on what the stream of records holds back. How far its reader is behind is the reader's alarm. */
export function addStreamAlarms(scope: Construct, { stream, alarms }: { stream: IStream; alarms: Alarms }): void {
  const period = Duration.minutes(5);
  alarms.add(scope, 'CollectionWriteThrottlesAlarm', {
    pattern: 'collection-stream-write-throttles',
    metric: stream.metricWriteProvisionedThroughputExceeded({ statistic: 'Sum', period }),
    // A producer that does not try again loses the record: nobody waits for a second one.
    threshold: 1,
    says: 'The stream has rejected records because more came than it takes.',
  });
  alarms.add(scope, 'CollectionReadThrottlesAlarm', {
    pattern: 'collection-stream-read-throttles',
    metric: stream.metricReadProvisionedThroughputExceeded({ statistic: 'Sum', period }),
    threshold: 1,
    periods: 3,
    says: 'The stream has held its readers back for 15 minutes.',
  });
}
