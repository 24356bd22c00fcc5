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

/** Producers make mistakes; this many rejected records in five minutes are more than that. */
const REJECTED_RECORDS = 1000;

/** The alarms on data that is rejected: nothing is broken here, but a producer should be told. */
export function addRejectionAlarms(scope: Construct, props: { readonly stage: string; readonly alarms: Alarms }): void {
  const { stage, alarms } = props;
  alarms.add(scope, 'FilesRejectedAlarm', {
    pattern: 'split-files-rejected',
    metric: countedBy(stage, 'split', METRICS.filesRejected),
    threshold: 1,
    says: 'A file was rejected as a whole.',
  });
  alarms.add(scope, 'BatchesFailedAlarm', {
    pattern: '<function>-batches-failed',
    subject: 'validate-chunk',
    metric: countedBy(stage, 'validate-chunk', METRICS.batchesFailed),
    threshold: 1,
    says: 'A file failed as a whole: too many of its records were rejected, or it could not be read to its end.',
  });
  alarms.add(scope, 'BatchesCutShortAlarm', {
    pattern: '<function>-batches-failed',
    subject: 'stitch-chunk',
    metric: countedBy(stage, 'stitch-chunk', METRICS.batchesFailed),
    threshold: 1,
    says: 'A part of a file could not be read any more after the file had passed validation.',
  });
  for (const name of ['stitch-stream', 'stitch-chunk'] as const) {
    alarms.add(scope, `${name}-records-rejected-alarm`, {
      pattern: '<function>-records-rejected',
      subject: name,
      metric: countedBy(stage, name, METRICS.recordsRejected),
      threshold: REJECTED_RECORDS,
      says: `Function "${name}" rejected ${REJECTED_RECORDS} records or more in five minutes.`,
    });
  }
}
