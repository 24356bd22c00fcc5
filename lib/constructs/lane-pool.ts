import { Aws, Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, Grant, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  CfnQueuePolicy,
  DeduplicationScope,
  FifoThroughputLimit,
  type IQueue,
  Queue,
  QueueEncryption,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  DELIVERY_ATTEMPTS,
  KEEP_ORDERED_DAYS,
  ORDERED_BATCH,
  poolDeadLettersName,
  poolLane,
  poolQueueName,
} from '#core/contract/delivery-lanes.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from './alarms.ts';
import { acknowledgeWildcard } from './nag.ts';

const KEEP_DEAD_LETTERS = Duration.days(14);
/** The most that SQS takes: attempts are counted by the function (core/contract/delivery-lanes.ts). */
const MAX_RECEIVE_COUNT = 1000;
/** Metrics that one alarm may combine. */
const METRICS_PER_ALARM = 10;
const ALARM_AGE = Duration.minutes(15);
const ATTEMPTS = `${DELIVERY_ATTEMPTS.http} (to Audience Manager's edge ${DELIVERY_ATTEMPTS['aam-edge']})`;

export interface LanePoolProps {
  readonly config: StageConfig;
  readonly alarms: Alarms;
}

interface PoolLane {
  readonly id: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

/**
 * Delivery lanes that no destination has yet: a queue, its dead letters and an event source each. `catalog apply` gives them
 * to destinations, so that a new one needs no deployment, and switches those off that nobody has. Lambda limits each event
 * source by itself, so a destination that is slow or away holds up nobody else.
 */
export class LanePool extends Construct {
  readonly lanes: readonly PoolLane[];
  readonly #config: StageConfig;

  constructor(scope: Construct, id: string, props: LanePoolProps) {
    super(scope, id);
    const { config, alarms } = props;
    this.#config = config;
    this.lanes = Array.from({ length: config.lanes }, (_, n) => this.#lane(poolLane(n + 1)));
    this.#requireTls(this.lanes.flatMap(({ queue, deadLetters }) => [queue, deadLetters]));
    this.#watch(alarms);
  }

  /** Has a function work off all lanes; Lambda gives each its own share of it. */
  workedOffBy(deliver: IFunction): void {
    for (const { id: lane, queue } of this.lanes) {
      new EventSourceMapping(this, `${lane}-source`, {
        target: deliver,
        eventSourceArn: queue.queueArn,
        batchSize: ORDERED_BATCH,
        maxConcurrency: this.#config.laneConcurrency,
        reportBatchItemFailures: true,
      });
    }
    this.#allow(deliver);
  }

  #lane(lane: string): PoolLane {
    const config = this.#config;
    const fifo = {
      fifo: true,
      contentBasedDeduplication: false,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.SQS_MANAGED,
    };
    const deadLetters = new Queue(this, `${lane}-dead-letters-queue`, {
      ...fifo,
      queueName: poolDeadLettersName(config.stage, lane),
      retentionPeriod: KEEP_DEAD_LETTERS,
    });
    const queue = new Queue(this, `${lane}-queue`, {
      ...fifo,
      queueName: poolQueueName(config.stage, lane),
      retentionPeriod: Duration.days(KEEP_ORDERED_DAYS),
      visibilityTimeout: Duration.seconds(6 * config.functions['deliver-http'].timeoutSeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    return { id: lane, queue, deadLetters };
  }

  /** One policy for all of them: one for each would be a third of all resources. */
  #requireTls(queues: readonly IQueue[]): void {
    new CfnQueuePolicy(this, 'TlsOnly', {
      queues: queues.map(({ queueUrl }) => queueUrl),
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          new PolicyStatement({
            effect: Effect.DENY,
            principals: [new StarPrincipal()],
            actions: ['sqs:*'],
            resources: ['*'],
            conditions: { Bool: { 'aws:SecureTransport': 'false' } },
          }).toStatementJson(),
        ],
      },
    });
  }

  /** By the names of the queues: a list of a hundred is more than a policy holds. */
  #allow(deliver: IFunction): void {
    const { stage } = this.#config;
    const arn = (name: string): string => `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${name}`;
    const reason = 'The queues of the pool, which have a name for this.';
    const queues = arn(poolQueueName(stage, 'lane-*'));
    const deadLetters = arn(poolDeadLettersName(stage, 'lane-*'));
    for (const resource of [queues, deadLetters]) acknowledgeWildcard(deliver.role ?? deliver, resource, reason);
    const actions = [
      'sqs:ReceiveMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
    ];
    Grant.addToPrincipal({ grantee: deliver, actions, resourceArns: [queues] });
    Grant.addToPrincipal({ grantee: deliver, actions: ['sqs:SendMessage'], resourceArns: [deadLetters] });
  }

  /** An alarm for ten lanes at a time where alarms may combine metrics; the metric then shows which. */
  #watch(alarms: Alarms): void {
    const size = this.#config.combinedAlarms ? METRICS_PER_ALARM : 1;
    for (let start = 0; start < this.lanes.length; start += size) {
      const lanes = this.lanes.slice(start, start + size);
      const [first, last] = [lanes[0]!.id, lanes.at(-1)!.id];
      const subject = first === last ? first : `${first}-to-${last.slice('lane-'.length)}`;
      alarms.add(this, `${first}-dead-letters-alarm`, {
        pattern: '<lane>-dead-letters',
        subject,
        metric: largest(lanes, Duration.minutes(1), ({ deadLetters }, period) =>
          deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
        ),
        threshold: 1,
        says: `Messages of delivery lanes "${subject}" were tried ${ATTEMPTS} times and dead-lettered.`,
      });
      alarms.add(this, `${first}-age-alarm`, {
        pattern: '<queue>-age',
        subject,
        metric: largest(lanes, Duration.minutes(5), ({ queue }, period) =>
          queue.metricApproximateAgeOfOldestMessage({ period }),
        ),
        threshold: ALARM_AGE.toSeconds(),
        says: `A message of delivery lanes "${subject}" has waited for ${ALARM_AGE.toHumanString()} or longer.`,
      });
    }
  }
}

/** The largest of a metric of some lanes. */
function largest(
  lanes: readonly PoolLane[],
  period: Duration,
  metricOf: (lane: PoolLane, period: Duration) => IMetric,
): IMetric {
  const metrics = lanes.map((lane) => metricOf(lane, period));
  if (metrics.length === 1) return metrics[0]!;
  const usingMetrics = Object.fromEntries(metrics.map((metric, n) => [`m${n}`, metric]));
  return new MathExpression({
    expression: `MAX([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period,
  });
}
