import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ASSUMED_ROLES, type DeliveryLane, lanesOf } from '#core/contract/delivery-lanes.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { DestinationConfig, StageConfig } from '#lib/config/schema.ts';
import { Alarms } from '#lib/constructs/alarms.ts';
import { type DeliveryFunction, type LaneProps, LaneQueue } from '#lib/constructs/delivery-lane.ts';
import { generatedSecret } from '#lib/constructs/generated-secret.ts';
import {
  assumeRolesNamed,
  putItemsUnder,
  putToResources,
  readItems,
  readObjects,
  updateItemsUnder,
  writeObjects,
} from '#lib/constructs/grants.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import { countedBy } from '#lib/constructs/rejection-alarms.ts';
import { StageParameters } from '#lib/constructs/stage-parameters.ts';
import { allowTexts, textEnvironment } from '#lib/constructs/text-permission.ts';
import type { DataStack } from './data-stack.ts';

export interface ActivationStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
}

/** The ways out: for each delivery lane of the stage's connections a queue, a function and what watches them. */
export class ActivationStack extends Stack {
  readonly lanes: LaneQueue[] = [];
  /** Orders to route identities anew: delivery functions put them there. */
  readonly reroutes: WorkQueue;
  readonly alarms: Alarms;
  readonly #secrets = new Map<string, Secret>();
  readonly #props: ActivationStackProps;

  constructor(scope: Construct, id: string, props: ActivationStackProps) {
    super(scope, id, props);
    const { config, data } = props;
    this.#props = props;
    this.alarms = new Alarms(config, data.alarms.topic);
    this.reroutes = new WorkQueue(this, 'Reroutes', {
      name: 'reroutes',
      deadLetterPattern: 'reroutes-dead-letters',
      alarms: this.alarms,
      functionTimeout: Duration.seconds(config.functions.reroute.timeoutSeconds),
      maxReceiveCount: 5,
      alarmAge: Duration.minutes(15),
    });
    for (const destination of config.destinations) {
      for (const lane of lanesOf(destination)) {
        this.lanes.push(this.#add(lane, destination));
      }
    }

    this.alarms.add(this, 'SignInExpiredAlarm', {
      pattern: 'sign-in-expired',
      metric: countedBy(config.stage, 'deliver-http', METRICS.signInsExpired),
      threshold: 1,
      says: 'Nothing is delivered to a destination until somebody signs in at its vendor again: "tributary destination authorize".',
    });

    this.alarms.add(this, 'TextsUnknownAlarm', {
      pattern: 'texts-unknown',
      metric: countedBy(config.stage, 'deliver-http', METRICS.deliveriesUnknown),
      threshold: 1,
      says: 'Nobody knows whether texts to people were taken by their vendor; they are not sent again.',
    });

    const parameters = new StageParameters(this, 'Handles', { stage: config.stage });
    parameters.publishMap('destination-queues', this.queueUrls, 'Queue of every delivery lane');
    parameters.publishMap(
      'destination-secrets',
      this.secretArns,
      'Secret of every delivery lane that signs what it sends',
    );
  }

  /** Delivery lane id → ARN of its secret. */
  get secretArns(): Record<string, string> {
    return Object.fromEntries([...this.#secrets].map(([lane, secret]) => [lane, secret.secretArn]));
  }

  /** Reading and writing the secrets of the stage's own lanes. */
  allowSecrets(grantee: IFunction): void {
    for (const secret of this.#secrets.values()) {
      secret.grantRead(grantee);
      Grant.addToPrincipal({
        grantee,
        actions: ['secretsmanager:PutSecretValue'],
        resourceArns: [secret.secretArn],
      });
    }
  }

  /** Delivery lane id → URL of its queue. */
  get queueUrls(): Record<string, string> {
    return Object.fromEntries(this.lanes.map((lane) => [lane.id, lane.work.queue.queueUrl]));
  }

  #add(lane: DeliveryLane, destination: DestinationConfig): LaneQueue {
    const { config, data } = this.#props;
    const { maxConcurrency, gatherSeconds = config.gatherSeconds } = destination;
    const common = { config, alarms: this.alarms, lane, maxConcurrency, gatherSeconds };
    const environment = {
      STAGE: config.stage,
      OPERATIONS_TABLE: data.operations.tableName,
      CATALOG_BUCKET: data.catalog.bucketName,
    };
    const made = this.#byType(lane, common, environment);
    // Those that only gather for files read and write nothing else.
    if (!lane.ordered) return made;
    readItems(made.deliver.function, data.operations);
    // The books of its dataflow, the pace that it takes, and how often messages were tried.
    const { dataflowRun, rateLimit, attempts } = OPERATIONS_PREFIX;
    updateItemsUnder(made.deliver.function, data.operations, [dataflowRun, rateLimit, attempts]);
    readObjects(made.deliver.function, data.catalog);
    return made;
  }

  #byType(
    lane: DeliveryLane,
    common: Pick<LaneProps<DeliveryFunction>, 'config' | 'alarms' | 'lane' | 'maxConcurrency' | 'gatherSeconds'>,
    environment: { STAGE: string; OPERATIONS_TABLE: string; CATALOG_BUCKET: string },
  ): LaneQueue {
    const { config, data } = this.#props;
    const ofRequests = {
      ALLOW_PRIVATE_ENDPOINTS: String(config.allowPrivateEndpoints),
      REROUTES_QUEUE_URL: this.reroutes.queue.queueUrl,
    };
    const scope = lane.id;
    switch (lane.type) {
      case 'http': {
        const secret = this.#secretOf(lane);
        const made = new LaneQueue(this, scope, {
          ...common,
          name: 'deliver-http',
          environment: {
            ...environment,
            ...ofRequests,
            ...textEnvironment(data),
            DESTINATION_SECRETS: JSON.stringify({ [lane.id]: secret.secretArn }),
            DESTINATION_SECRETS_PREFIX: '',
          },
        });
        secret.grantRead(made.deliver.function);
        // Ids of the vendor's audiences, and jobs whose results come later.
        putItemsUnder(made.deliver.function, data.operations, [OPERATIONS_PREFIX.vendor]);
        updateItemsUnder(made.deliver.function, data.operations, [
          OPERATIONS_PREFIX.deliveryErrors,
          OPERATIONS_PREFIX.vendorDeletion,
        ]);
        allowTexts(made.deliver.function, data);
        assumeRolesNamed(made.deliver.function, ASSUMED_ROLES);
        putToResources(made.deliver.function, config.destinationResources);
        this.reroutes.queue.grantSendMessages(made.deliver.function);
        return made;
      }
      case 'aam-edge': {
        const made = new LaneQueue(this, scope, {
          ...common,
          name: 'deliver-aam-edge',
          environment: { ...environment, ...ofRequests },
        });
        this.reroutes.queue.grantSendMessages(made.deliver.function);
        return made;
      }
      case 's3-file':
      case 'aam-hub': {
        const made = new LaneQueue(this, scope, {
          ...common,
          name: `deliver-${lane.type}`,
          environment: { ...environment, EXPORTS_BUCKET: data.exports.bucketName },
        });
        writeObjects(made.deliver.function, data.exports);
        return made;
      }
    }
  }

  #secretOf(lane: DeliveryLane): Secret {
    const secret = generatedSecret(this, `${lane.id}-secret`, {
      config: this.#props.config,
      description: `Signs what Tributary ${this.#props.config.stage} sends to ${lane.id}`,
      reason:
        'The receiver must learn a new signing key at the same moment, so it is rotated by hand: see the runbook.',
    });
    this.#secrets.set(lane.id, secret);
    return secret;
  }
}
