import { Duration, Validations } from 'aws-cdk-lib';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';

const KEEP_DEAD_LETTERS = Duration.days(14);
const KEEP_MESSAGES = Duration.days(7);

export interface WorkQueueProps {
  /** As alarms call it. */
  readonly name: string;
  /** Which heading of the runbook says what to do with its dead letters. */
  readonly deadLetterPattern:
    | 'landing-dead-letters'
    | 'validation-dead-letters'
    | 'chunks-dead-letters'
    | 'reverts-dead-letters'
    | 'reroutes-dead-letters'
    | 'late-dead-letters'
    | 'text-events-dead-letters'
    | '<job>-dead-letters'
    | 'compaction-dead-letters'
    | '<lane>-dead-letters';
  readonly alarms: Alarms;
  /** The timeout of the function that reads it. */
  readonly functionTimeout: Duration;
  /** How long Lambda gathers messages before it calls the function. */
  readonly batchingWindow?: Duration;
  /** How often the queue hands out a message before it is dead-lettered. */
  readonly maxReceiveCount: number;
  /** How often a message is tried, where that is another number. @default maxReceiveCount */
  readonly attempts?: number;
  /** How long a message is kept. @default seven days */
  readonly retention?: Duration;
  /** Above which waiting time of its oldest message somebody should look. */
  readonly alarmAge: Duration;
  /** Whether messages of one group keep their order. The sender gives group and deduplication id. @default false */
  readonly ordered?: boolean;
}

/** A queue that a function works off, its dead-letter queue, and the alarms of both. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    // Groups are profiles: each keeps its order, and all of them together are not slowed down by it.
    const kind = props.ordered
      ? {
          fifo: true,
          contentBasedDeduplication: false,
          deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
          fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        }
      : {};
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...kind,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: KEEP_DEAD_LETTERS,
    });
    this.queue = new Queue(this, 'Queue', {
      ...kind,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: props.retention ?? KEEP_MESSAGES,
      // AWS asks for six times the function's timeout, so that throttled batches are not handed out twice.
      visibilityTimeout: Duration.seconds(
        6 * props.functionTimeout.toSeconds() + (props.batchingWindow?.toSeconds() ?? 0),
      ),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceiveCount },
    });

    props.alarms.add(this, 'DeadLettersAlarm', {
      pattern: props.deadLetterPattern,
      subject: props.name,
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
      threshold: 1,
      says: `Messages of queue "${props.name}" were tried ${props.attempts ?? props.maxReceiveCount} times and dead-lettered.`,
    });
    props.alarms.add(this, 'AgeAlarm', {
      pattern: '<queue>-age',
      subject: props.name,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) }),
      threshold: props.alarmAge.toSeconds(),
      says: `A message of queue "${props.name}" has waited for ${props.alarmAge.toHumanString()} or longer.`,
    });
  }
}

/** Where Lambda says which events it gave up on: the names of the records for streams, the whole event otherwise. */
export class FailureQueue extends Queue {
  constructor(scope: Construct, id: string, props: { readonly name: string; readonly alarms: Alarms }) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: KEEP_DEAD_LETTERS,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is itself the end of the line: the on-failure destination of a Lambda function.',
    });
    const ofSchedules = props.name === 'schedules';
    props.alarms.add(this, 'Alarm', {
      pattern: ofSchedules ? 'schedules-failures' : '<function>-failures',
      ...(ofSchedules ? {} : { subject: props.name }),
      metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
      threshold: 1,
      says: ofSchedules
        ? 'Scheduled runs failed in spite of retries.'
        : `Function "${props.name}" gave up on records of its stream.`,
    });
  }
}
