import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageConfig } from '#lib/config/schema.ts';
import { Alarms } from '#lib/constructs/alarms.ts';
import { addConcurrencyAlarm } from '#lib/constructs/concurrency-alarm.ts';
import { addDashboard } from '#lib/constructs/dashboard.ts';
import { addGuardAlarm } from '#lib/constructs/guard-alarm.ts';
import type { WorkQueue } from '#lib/constructs/queues.ts';
import { addRejectionAlarms } from '#lib/constructs/rejection-alarms.ts';
import { addCountAlarm, addRepairAlarm } from '#lib/constructs/repair-alarm.ts';
import { StageParameters } from '#lib/constructs/stage-parameters.ts';
import type { ActivationStack } from './activation-stack.ts';
import { addCompaction } from './compute/compaction.ts';
import { addErasure } from './compute/erasure.ts';
import { addCounting, addEdgeProjection, addEvaluation, addRerouting, addRouting } from './compute/evaluation.ts';
import { FunctionFactory } from './compute/function-factory.ts';
import { addHttpEndpoints, type Urls } from './compute/http-endpoints.ts';
import { addBatchEvaluation, addDeletion, addExpiry, evaluationQueue } from './compute/profile-jobs.ts';
import { addFileIngestion, addStreamIngestion } from './compute/record-endpoints.ts';
import { addReverts, revertQueue } from './compute/reverts.ts';
import { addSchedules } from './compute/schedules.ts';
import { addTextEvents } from './compute/text-events.ts';
import type { DataStack } from './data-stack.ts';
import { EDGE_HOST_OUTPUT } from './edge-front-stack.ts';
import type { LanesStack } from './lanes-stack.ts';

export interface ComputeStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
  readonly activation: ActivationStack;
  readonly lanes: LanesStack;
}

/** The way of a record, from the endpoints to the delivery lanes: which function reads what, and what it may do. */
export class ComputeStack extends Stack {
  readonly alarms: Alarms;
  readonly #make: FunctionFactory;

  constructor(scope: Construct, id: string, props: ComputeStackProps) {
    super(scope, id, props);
    const { config, data, activation, lanes } = props;
    this.alarms = new Alarms(config, data.alarms.topic);
    this.#make = new FunctionFactory(this, { config, data, activation, lanes, alarms: this.alarms });
    const reverts = revertQueue(this.#make);
    const evaluation = evaluationQueue(this.#make);
    const { urls, late } = addHttpEndpoints(this.#make, { reverts, evaluation });
    // `https://<host>`: what CloudFront in front of it is told.
    if (config.edge.cdn)
      new CfnOutput(this, EDGE_HOST_OUTPUT, { value: Fn.select(2, Fn.split('/', urls['edge-url'])) });
    const texts = config.textEventAccounts.length > 0 ? addTextEvents(this.#make) : undefined;
    addStreamIngestion(this.#make);
    const files = addFileIngestion(this.#make, reverts);
    addReverts(this.#make, reverts);
    addEvaluation(this.#make);
    addEdgeProjection(this.#make);
    const count = addCounting(this.#make);
    addRouting(this.#make);
    addRerouting(this.#make);
    const batch = addBatchEvaluation(this.#make, evaluation);
    const { expire, expiry } = addExpiry(this.#make);
    const { compact, compaction } = addCompaction(this.#make);
    const { erase, erasure } = addErasure(this.#make);
    addSchedules(this.#make, { batch, expire, compact, erase, count });
    const deletion = addDeletion(this.#make);
    addRejectionAlarms(this, { stage: config.stage, alarms: this.alarms });
    addRepairAlarm(this, { stage: config.stage, alarms: this.alarms });
    addCountAlarm(this, { stage: config.stage, alarms: this.alarms });
    addGuardAlarm(this, { stage: config.stage, alarms: this.alarms });
    addConcurrencyAlarm(this, { config, alarms: this.alarms });
    if (config.dashboard) {
      const { functions, streamReaders } = this.#make;
      addDashboard(this, 'Dashboard', { config, functions, streamReaders, lanes: activation.lanes });
    }
    const { reroutes } = activation;
    this.#publishParameters(
      {
        ...{ ...files, reverts, evaluation, expiry, deletion, compaction, erasure, reroutes, late },
        ...(texts && { 'text-events': texts.textEvents }),
      },
      urls,
      texts?.topic.topicArn,
    );
  }

  #publishParameters(
    queues: Readonly<
      Record<
        | 'validation'
        | 'chunks'
        | 'reverts'
        | 'evaluation'
        | 'expiry'
        | 'deletion'
        | 'compaction'
        | 'erasure'
        | 'reroutes'
        | 'late',
        WorkQueue
      >
    > & { readonly 'text-events'?: WorkQueue },
    urls: Urls,
    textEventsTopic: string | undefined,
  ): void {
    const { config, data, activation } = this.#make;
    const parameters = new StageParameters(this, 'Handles', { stage: config.stage });
    const { lanes } = this.#make;
    const delivering = [...activation.lanes.map((lane) => lane.deliver), lanes.deliver, lanes.files.deliver];
    const functions = [...this.#make.functions, ...delivering];
    parameters.publish(
      'collection-url',
      urls['collection-url'],
      'Address that takes records, at /collection/{connectionId}',
    );
    parameters.publish('texts-url', urls['texts-url'], 'Address that vendors of texts call, at /texts/<destination>');
    parameters.publish(
      'text-events-topic',
      textEventsTopic ?? 'none',
      'Topic that AWS End User Messaging SMS publishes on',
    );
    parameters.publish('edge-url', urls['edge-url'], 'Address that Web SDKs call, at /ee/v1/interact');
    parameters.publish(
      'access-url',
      urls['access-url'],
      'Address of profiles, at /ups/access/entities; signed requests',
    );
    parameters.publish('batch-url', urls['batch-url'], 'Address of the batch API, at /batches');
    parameters.publish(
      'management-url',
      urls['management-url'],
      'Address of definitions and operation, at /data/foundation/…',
    );
    parameters.publish('profiles-url', urls['profiles-url'], 'Address of profiles, at /ups/access/entities; tokens');
    parameters.publish(
      'rejected-url',
      urls['rejected-url'],
      'Address of rejected records, at /tributary/data/rejected',
    );
    parameters.publish(
      'destinations-url',
      urls['destinations-url'],
      'Address of credentials of destinations, at /tributary/destinations/<id>/secret and …/test',
    );
    parameters.publish('token-url', urls['token-url'], 'Address where clients ask for tokens, at /ims/token/v3');
    parameters.publish('reverts-queue', queues.reverts.queue.queueUrl, 'Queue of batches that are to be taken back');
    parameters.publishMap(
      'functions',
      Object.fromEntries(functions.map((made) => [made.label, made.function.functionName])),
      'Name of every function; those of delivery lanes as <function>/<lane>',
    );
    parameters.publishMap(
      'dead-letter-queues',
      Object.fromEntries([
        ['landing', data.landingQueue.deadLetters.queueUrl],
        ...Object.entries(queues).map(([name, { deadLetters }]) => [name, deadLetters.queueUrl]),
        ...activation.lanes.map((lane) => [lane.id, lane.work.deadLetters.queueUrl]),
      ]),
      'Dead-letter queue of every queue',
    );
  }
}
