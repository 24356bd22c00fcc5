import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from './alarms.ts';

/** The share of the account's quota at which somebody should ask for more. */
const SHARE = 0.8;

/**
 * The alarm on how many functions of the whole account run at once, before any is held back. What others reserve is not
 * there for ours, so it counts.
 */
export function addConcurrencyAlarm(scope: Construct, props: { config: StageConfig; alarms: Alarms }): void {
  const { lambdaConcurrency } = props.config;
  props.alarms.add(scope, 'AccountConcurrencyAlarm', {
    pattern: 'account-concurrency',
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'ClaimedAccountConcurrency',
      statistic: 'Maximum',
      period: Duration.minutes(1),
    }),
    threshold: Math.floor(lambdaConcurrency * SHARE),
    periods: 5,
    says: `Functions of this account have used more than ${SHARE * 100} % of the ${lambdaConcurrency} calls that may run at once.`,
  });
}
