import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  DELIVERY_ATTEMPTS,
  type DeliveryLane,
  KEEP_ORDERED_DAYS,
  type LaneType,
  ORDERED_BATCH,
} from '#core/contract/delivery-lanes.ts';
import type { EnvironmentVariables, FunctionName } from '#core/contract/functions.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from './alarms.ts';
import { queueSource } from './event-sources.ts';
import { WorkQueue } from './queues.ts';
import { TributaryFunction } from './tributary-function.ts';

export type DeliveryFunction = Extract<FunctionName, `deliver-${LaneType}`>;

interface LaneBehaviour {
  readonly batchSize: number;
  /** Tries before a message is dead-lettered; with the visibility timeout, how long a destination may be away. */
  readonly attempts: number;
  /** Files gather what they can; calls go out at once. */
  readonly gathers: boolean;
}

const BEHAVIOUR: Record<LaneType, LaneBehaviour> = {
  // Two retries, then a dead letter (aep.md §6.2); `destination replay-dead-letters` sends them again.
  http: { batchSize: ORDERED_BATCH, attempts: DELIVERY_ATTEMPTS.http, gathers: false },
  'aam-edge': { batchSize: ORDERED_BATCH, attempts: DELIVERY_ATTEMPTS['aam-edge'], gathers: false },
  's3-file': { batchSize: 1000, attempts: 5, gathers: true },
  'aam-hub': { batchSize: 1000, attempts: 5, gathers: true },
};

/**
 * The most that SQS takes. A message that waits for its destination is received each time it may be its turn, so the
 * functions of ordered delivery lanes count attempts themselves; the queue gives up only what no function comes to an end with.
 */
const MAX_RECEIVE_COUNT = 1000;

export interface LaneProps<F extends DeliveryFunction> {
  readonly config: StageConfig;
  readonly alarms: Alarms;
  readonly lane: DeliveryLane;
  readonly name: F;
  readonly maxConcurrency: number;
  /** How long a delivery lane that gathers does so. */
  readonly gatherSeconds: number;
  /** But for the queues, which are made here. */
  readonly environment: Omit<EnvironmentVariables<F>, 'QUEUE_URL' | 'DEAD_LETTERS_URL'>;
}

/**
 * A way out of the platform: a queue, its dead letters, a function of its own and their alarms. Nothing here is shared,
 * so a destination that is slow or away holds up nobody else.
 */
export class LaneQueue<F extends DeliveryFunction = DeliveryFunction> extends Construct {
  readonly id: string;
  /** Whether what is delivered is gathered for files. */
  readonly gathers: boolean;
  readonly work: WorkQueue;
  readonly deliver: TributaryFunction<F>;

  constructor(scope: Construct, id: string, props: LaneProps<F>) {
    super(scope, id);
    const { config, alarms, lane, name } = props;
    const { batchSize, attempts, gathers } = BEHAVIOUR[lane.type];
    const batchingWindow = gathers ? { batchingWindow: Duration.seconds(props.gatherSeconds) } : {};
    this.id = lane.id;
    this.gathers = gathers;
    this.work = new WorkQueue(this, 'Work', {
      name: lane.id,
      deadLetterPattern: '<lane>-dead-letters',
      alarms,
      functionTimeout: Duration.seconds(config.functions[name].timeoutSeconds),
      attempts,
      maxReceiveCount: lane.ordered ? MAX_RECEIVE_COUNT : attempts,
      ...(lane.ordered ? { retention: Duration.days(KEEP_ORDERED_DAYS) } : {}),
      alarmAge: Duration.minutes(15),
      ordered: lane.ordered,
      ...batchingWindow,
    });
    const queues = lane.ordered
      ? { QUEUE_URL: this.work.queue.queueUrl, DEAD_LETTERS_URL: this.work.deadLetters.queueUrl }
      : {};
    this.deliver = new TributaryFunction<F>(this, 'Deliver', {
      config,
      alarms,
      name,
      lane: lane.id,
      description: `Tributary ${config.stage}: delivers the memberships queued for ${lane.id}`,
      environment: { ...props.environment, ...queues } as EnvironmentVariables<F>,
    });
    if (lane.ordered) this.work.deadLetters.grantSendMessages(this.deliver.function);
    this.deliver.function.addEventSource(
      queueSource(this.work.queue, { batchSize, maxConcurrency: props.maxConcurrency, ...batchingWindow }),
    );
  }
}
