import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionName } from '#core/contract/functions.ts';
import { METRIC_NAMESPACE, METRICS, type MetricName } from '#core/contract/metrics.ts';
import type { Alarms } from './alarms.ts';

/** A metric that a function of the platform counts, summed over five minutes. */
export const countedBy = (stage: string, name: FunctionName, metric: MetricName): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: metric,
    dimensionsMap: { stage, function: name },
    statistic: 'Sum',
    period: Duration.minutes(5),
  });

/** Producers make mistakes; this many refused records in five minutes are more than that. */
const REFUSED_RECORDS = 1000;

/** The alarms on data that is refused: nothing is broken here, but a producer should be told. */
export function addRefusalAlarms(scope: Construct, props: { readonly stage: string; readonly alarms: Alarms }): void {
  const { stage, alarms } = props;
  alarms.add(scope, 'FilesRefusedAlarm', {
    pattern: 'split-files-refused',
    metric: countedBy(stage, 'split', METRICS.filesRefused),
    threshold: 1,
    says: 'A file was refused as a whole.',
  });
  alarms.add(scope, 'BatchesFailedAlarm', {
    pattern: 'validate-chunk-batches-failed',
    metric: countedBy(stage, 'validate-chunk', METRICS.batchesFailed),
    threshold: 1,
    says: 'A file failed as a whole: too many of its records were refused, or it could not be read to its end.',
  });
  for (const name of ['stitch-stream', 'stitch-chunk'] as const) {
    alarms.add(scope, `${name}-records-refused-alarm`, {
      pattern: '<function>-records-refused',
      subject: name,
      metric: countedBy(stage, name, METRICS.recordsRefused),
      threshold: REFUSED_RECORDS,
      says: `Function "${name}" refused ${REFUSED_RECORDS} records or more in five minutes.`,
    });
  }
}
