import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type Outlet, outletsOf } from '#core/contract/connections.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import { Alarms } from '#lib/constructs/alarms.ts';
import { generatedSecret } from '#lib/constructs/generated-secret.ts';
import { readItems, readObjects, updateItemsUnder, writeObjects } from '#lib/constructs/grants.ts';
import { Handles } from '#lib/constructs/handles.ts';
import { OutletQueue } from '#lib/constructs/outlet.ts';
import type { DataStack } from './data-stack.ts';

export interface ActivationStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
}

/** The ways out: for each outlet of the stage's connections a queue, a function and what watches them. */
export class ActivationStack extends Stack {
  readonly outlets: OutletQueue[] = [];
  readonly alarms: Alarms;
  readonly #secrets = new Map<string, Secret>();
  readonly #props: ActivationStackProps;

  constructor(scope: Construct, id: string, props: ActivationStackProps) {
    super(scope, id, props);
    const { config, data } = props;
    this.#props = props;
    this.alarms = new Alarms(config.stage, data.alarms.topic);
    for (const connection of config.connections) {
      for (const outlet of outletsOf(connection)) {
        this.outlets.push(this.#add(outlet, connection.maxConcurrency));
      }
    }

    const handles = new Handles(this, 'Handles', { stage: config.stage });
    handles.publishMap('destination-queues', this.queueUrls, 'Queue of every outlet');
    const secrets = Object.fromEntries([...this.#secrets].map(([outlet, secret]) => [outlet, secret.secretArn]));
    handles.publishMap('destination-secrets', secrets, 'Secret of every outlet that signs what it sends');
  }

  /** Outlet id → URL of its queue. */
  get queueUrls(): Record<string, string> {
    return Object.fromEntries(this.outlets.map((outlet) => [outlet.id, outlet.work.queue.queueUrl]));
  }

  #add(outlet: Outlet, maxConcurrency: number): OutletQueue {
    const { config, data } = this.#props;
    const common = { config, alarms: this.alarms, outlet, maxConcurrency };
    const environment = {
      STAGE: config.stage,
      OPERATIONS_TABLE: data.operations.tableName,
      CATALOG_BUCKET: data.catalog.bucketName,
    };
    const made = this.#byType(outlet, common, environment);
    readItems(made.deliver.function, data.operations);
    // The books of its dataflow, and the pace that it takes.
    const { dataflowRun, pace } = OPERATIONS_PREFIX;
    updateItemsUnder(made.deliver.function, data.operations, [dataflowRun, pace]);
    readObjects(made.deliver.function, data.catalog);
    return made;
  }

  #byType(
    outlet: Outlet,
    common: { config: StageConfig; alarms: Alarms; outlet: Outlet; maxConcurrency: number },
    environment: { STAGE: string; OPERATIONS_TABLE: string; CATALOG_BUCKET: string },
  ): OutletQueue {
    const { config, data } = this.#props;
    const allowPrivate = { ALLOW_PRIVATE_ENDPOINTS: String(config.allowPrivateEndpoints) };
    const scope = outlet.id;
    switch (outlet.type) {
      case 'http': {
        const secret = this.#secretOf(outlet);
        const made = new OutletQueue(this, scope, {
          ...common,
          name: 'deliver-http',
          environment: {
            ...environment,
            ...allowPrivate,
            DESTINATION_SECRETS: JSON.stringify({ [outlet.id]: secret.secretArn }),
          },
        });
        secret.grantRead(made.deliver.function);
        return made;
      }
      case 'aam-edge':
        return new OutletQueue(this, scope, {
          ...common,
          name: 'deliver-aam-edge',
          environment: { ...environment, ...allowPrivate },
        });
      case 's3-file':
      case 'aam-hub': {
        const made = new OutletQueue(this, scope, {
          ...common,
          name: `deliver-${outlet.type}`,
          environment: { ...environment, EXPORTS_BUCKET: data.exports.bucketName },
        });
        writeObjects(made.deliver.function, data.exports);
        return made;
      }
    }
  }

  #secretOf(outlet: Outlet): Secret {
    const secret = generatedSecret(this, `${outlet.id}-secret`, {
      config: this.#props.config,
      description: `Signs what Tributary ${this.#props.config.stage} sends to ${outlet.id}`,
      reason:
        'The receiver must learn a new signing key at the same moment, so it is rotated by hand: see the runbook.',
    });
    this.#secrets.set(outlet.id, secret);
    return secret;
  }
}
