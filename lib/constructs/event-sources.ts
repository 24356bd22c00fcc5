import { Duration } from 'aws-cdk-lib';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq, SqsEventSource, type StreamEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { PARTITION_KEY } from '#core/contract/tables.ts';
import type { Alarms } from './alarms.ts';
import type { FailureQueue } from './queues.ts';
import type { TributaryFunction } from './tributary-function.ts';

export interface StreamSettings {
  readonly batchSize: number;
  readonly parallelism: number;
  /** How long records are gathered before the function is called. @default 1 second */
  readonly window?: Duration;
  /** How long the stream keeps records. */
  readonly retention: Duration;
  readonly failures: FailureQueue;
  /** Which records are given to the function: those whose partition key begins so. @default all */
  readonly keyPrefixes?: readonly string[];
}

/**
 * How every stream is read. A function answers with the first record it could not do, and is given it and the rest
 * again; a batch it throws on is halved, so that one bad record cannot keep the others. Functions put bad records aside
 * themselves, so what is tried again is trouble of the platform: sixty tries, about a minute apart, ride out an hour of
 * it. What is given up on is named in the failure queue while the stream still has it.
 */
export function streamSettings(settings: StreamSettings): StreamEventSourceProps {
  return {
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: settings.batchSize,
    maxBatchingWindow: settings.window ?? Duration.seconds(1),
    parallelizationFactor: settings.parallelism,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: 60,
    maxRecordAge: settings.retention.minus(Duration.hours(4)),
    onFailure: new SqsDlq(settings.failures),
    ...(settings.keyPrefixes && { filters: [keysUnder(settings.keyPrefixes)] }),
  };
}

/** Filters cost nothing, and what they hold back calls no function. */
const keysUnder = (prefixes: readonly string[]) =>
  FilterCriteria.filter({
    dynamodb: { Keys: { [PARTITION_KEY]: { S: prefixes.map((prefix) => ({ prefix })) } } },
  });

/** The alarm on how far a stream's reader is behind. */
export function addIteratorAgeAlarm(scope: Construct, reader: TributaryFunction, alarms: Alarms): void {
  alarms.add(scope, `${reader.node.id}IteratorAgeAlarm`, {
    pattern: '<function>-iterator-age',
    subject: reader.label,
    metric: reader.function.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: Duration.minutes(5).toMilliseconds(),
    periods: 5,
    says: `Function "${reader.label}" has been more than five minutes behind its stream.`,
  });
}

export interface QueueSettings {
  readonly batchSize: number;
  /** Not for FIFO queues. @default - none */
  readonly batchingWindow?: Duration;
  readonly maxConcurrency: number;
}

/** How every queue is read: a function names the messages it could not do, only those come back. */
export function queueSource(queue: IQueue, settings: QueueSettings): SqsEventSource {
  return new SqsEventSource(queue, {
    batchSize: settings.batchSize,
    maxConcurrency: settings.maxConcurrency,
    reportBatchItemFailures: true,
    ...(settings.batchingWindow === undefined ? {} : { maxBatchingWindow: settings.batchingWindow }),
  });
}
