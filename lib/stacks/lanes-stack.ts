import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ASSUMED_ROLES, destinationSecretPrefix, FILES_LANE } from '#core/contract/delivery-lanes.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import { Alarms } from '#lib/constructs/alarms.ts';
import { LaneQueue } from '#lib/constructs/delivery-lane.ts';
import {
  assumeRolesNamed,
  putItemsUnder,
  putToResources,
  readItems,
  readObjects,
  readSecretsUnder,
  updateItemsUnder,
  writeObjects,
} from '#lib/constructs/grants.ts';
import { LanePool } from '#lib/constructs/lane-pool.ts';
import { StageParameters } from '#lib/constructs/stage-parameters.ts';
import { allowTexts, textEnvironment } from '#lib/constructs/text-permission.ts';
import { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { ActivationStack } from './activation-stack.ts';
import type { DataStack } from './data-stack.ts';

export interface LanesStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
  readonly activation: ActivationStack;
}

/** The pool of delivery lanes for destinations that the stage did not know when it was deployed. */
export class LanesStack extends Stack {
  readonly pool: LanePool;
  readonly files: LaneQueue;
  readonly deliver: TributaryFunction<'deliver-http'>;
  readonly #props: LanesStackProps;

  constructor(scope: Construct, id: string, props: LanesStackProps) {
    super(scope, id, props);
    this.#props = props;
    const { config, data } = props;
    const alarms = new Alarms(config, data.alarms.topic);
    this.pool = new LanePool(this, 'Pool', { config, alarms });
    this.deliver = this.#addRequests(alarms);
    this.files = this.#addFiles(alarms);
    const parameters = new StageParameters(this, 'Handles', { stage: config.stage });
    parameters.publishMap('lane-pool', this.place, 'Delivery lanes that the catalog gives to destinations');
  }

  /** Where the pool is, for those who give its lanes to destinations. */
  get place(): Record<'lanes' | 'queue' | 'deadLetters' | 'files' | 'filesDeadLetters', string> {
    return {
      lanes: String(this.#props.config.lanes),
      queue: this.firstQueueUrl,
      deadLetters: this.#first.deadLetters.queueUrl,
      files: this.files.work.queue.queueUrl,
      filesDeadLetters: this.files.work.deadLetters.queueUrl,
    };
  }

  /** Of the first lane of the pool: the others are told from it. */
  get firstQueueUrl(): string {
    return this.#first.queue.queueUrl;
  }

  get #first(): LanePool['lanes'][number] {
    return this.pool.lanes[0]!;
  }

  #addRequests(alarms: Alarms): TributaryFunction<'deliver-http'> {
    const { config, data, activation } = this.#props;
    const made = new TributaryFunction(this, 'Deliver', {
      config,
      alarms,
      name: 'deliver-http',
      lane: 'pool',
      description: `Tributary ${config.stage}: delivers the memberships queued in the lanes of the pool`,
      environment: {
        ...this.#environment(),
        ...textEnvironment(data),
        QUEUE_URL: this.firstQueueUrl,
        DEAD_LETTERS_URL: this.#first.deadLetters.queueUrl,
        REROUTES_QUEUE_URL: activation.reroutes.queue.queueUrl,
        DESTINATION_SECRETS: '{}',
        DESTINATION_SECRETS_PREFIX: destinationSecretPrefix(config.stage),
        ALLOW_PRIVATE_ENDPOINTS: String(config.allowPrivateEndpoints),
      },
    });
    this.pool.workedOffBy(made.function);
    this.#allowDelivering(made);
    putItemsUnder(made.function, data.operations, [OPERATIONS_PREFIX.vendor]);
    updateItemsUnder(made.function, data.operations, [
      OPERATIONS_PREFIX.deliveryErrors,
      OPERATIONS_PREFIX.vendorDeletion,
    ]);
    allowTexts(made.function, data);
    readSecretsUnder(made.function, destinationSecretPrefix(config.stage));
    assumeRolesNamed(made.function, ASSUMED_ROLES);
    putToResources(made.function, config.destinationResources);
    activation.reroutes.queue.grantSendMessages(made.function);
    return made;
  }

  #addFiles(alarms: Alarms): LaneQueue {
    const { config, data } = this.#props;
    const { gatherSeconds } = config;
    const made = new LaneQueue(this, 'Files', {
      config,
      alarms,
      lane: { id: FILES_LANE, destinationId: FILES_LANE, type: 's3-file', ordered: false },
      name: 'deliver-s3-file',
      maxConcurrency: config.laneConcurrency,
      gatherSeconds,
      environment: { ...this.#environment(), EXPORTS_BUCKET: data.exports.bucketName },
    });
    writeObjects(made.deliver.function, data.exports);
    return made;
  }

  #environment(): { STAGE: string; OPERATIONS_TABLE: string; CATALOG_BUCKET: string } {
    const { config, data } = this.#props;
    return {
      STAGE: config.stage,
      OPERATIONS_TABLE: data.operations.tableName,
      CATALOG_BUCKET: data.catalog.bucketName,
    };
  }

  #allowDelivering({ function: made }: TributaryFunction): void {
    const { data } = this.#props;
    const { dataflowRun, rateLimit, attempts } = OPERATIONS_PREFIX;
    readItems(made, data.operations);
    updateItemsUnder(made, data.operations, [dataflowRun, rateLimit, attempts]);
    readObjects(made, data.catalog);
  }
}
