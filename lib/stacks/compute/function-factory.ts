import type { Stack } from 'aws-cdk-lib';
import type { EnvironmentVariables, FunctionName } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from '#lib/constructs/alarms.ts';
import { addIteratorAgeAlarm } from '#lib/constructs/event-sources.ts';
import {
  putItems,
  putItemsUnder,
  readItems,
  readObjects,
  removeItems,
  writeItems,
  writeObjects,
} from '#lib/constructs/grants.ts';
import { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { ActivationStack } from '../activation-stack.ts';
import type { DataStack } from '../data-stack.ts';
import type { LanesStack } from '../lanes-stack.ts';

/**
 * Makes the functions of the compute stack and knows what they have in common: which part of the data each kind may touch.
 */
export class FunctionFactory {
  readonly scope: Stack;
  readonly config: StageConfig;
  readonly data: DataStack;
  readonly activation: ActivationStack;
  readonly lanes: LanesStack;
  readonly alarms: Alarms;
  /** The functions that were made; those of delivery lanes are the activation stack's. */
  readonly functions: TributaryFunction[] = [];
  readonly streamReaders: TributaryFunction[] = [];

  constructor(
    scope: Stack,
    props: { config: StageConfig; data: DataStack; activation: ActivationStack; lanes: LanesStack; alarms: Alarms },
  ) {
    this.scope = scope;
    this.config = props.config;
    this.data = props.data;
    this.activation = props.activation;
    this.lanes = props.lanes;
    this.alarms = props.alarms;
  }

  catalog(): { STAGE: string; OPERATIONS_TABLE: string; CATALOG_BUCKET: string } {
    const { config, data } = this;
    return {
      STAGE: config.stage,
      OPERATIONS_TABLE: data.operations.tableName,
      CATALOG_BUCKET: data.catalog.bucketName,
    };
  }

  /** Who may call, beside the clients of the stage, which are in the operations table. */
  callers(): { ORG_ID: string; SIGN_IN: string } {
    return { ORG_ID: this.config.orgId, SIGN_IN: JSON.stringify(this.config.signIn) };
  }

  /** Where it is written who read which person. */
  audit(): { AUDIT_TABLE: string; AUDIT_SECRET: string; AUDIT_DAYS: string } {
    const { config, data } = this;
    return {
      AUDIT_TABLE: data.audit.tableName,
      AUDIT_SECRET: data.auditKey.secretArn,
      AUDIT_DAYS: String(config.auditDays),
    };
  }

  /** It writes what it reads, and neither reads nor deletes what was written. */
  allowAuditing({ function: made }: TributaryFunction): void {
    putItems(made, this.data.audit);
    this.data.auditKey.grantRead(made);
  }

  memberships(): EnvironmentVariables<'evaluate'> {
    const { data } = this;
    return {
      ...this.catalog(),
      PROFILES_TABLE: data.profiles.tableName,
      MEMBERSHIPS_TABLE: data.memberships.tableName,
    };
  }

  edgeProfiles(): { EDGE_PROFILES_TABLE: string; EDGE_PROFILES: 'off' | 'written' | 'read' } {
    const { config, data } = this;
    return { EDGE_PROFILES_TABLE: data.edgeProfiles.tableName, EDGE_PROFILES: config.edge.profiles };
  }

  /** Nearly every function reads the catalog: which version is active, and that version. */
  function<F extends FunctionName>(
    id: string,
    name: F,
    does: string,
    environment: EnvironmentVariables<F>,
  ): TributaryFunction<F> {
    const { data } = this;
    const made = this.withoutCatalog(id, name, does, environment);
    readItems(made.function, data.operations);
    readObjects(made.function, data.catalog);
    return made;
  }

  /** One that passes on what others have read. */
  withoutCatalog<F extends FunctionName>(
    id: string,
    name: F,
    does: string,
    environment: EnvironmentVariables<F>,
  ): TributaryFunction<F> {
    const { config } = this;
    const made = new TributaryFunction(this.scope, id, {
      config,
      alarms: this.alarms,
      name,
      description: `Tributary ${config.stage}: ${does}`,
      environment,
    });
    this.functions.push(made);
    return made;
  }

  /** Who is suppressed is read with everything else of the operations table; the key that they are hashed with is not. */
  suppression(): { SUPPRESSION_SECRET: string } {
    return { SUPPRESSION_SECRET: this.data.suppressionKey.secretArn };
  }

  allowSuppressing({ function: made }: TributaryFunction): void {
    this.data.suppressionKey.grantRead(made);
    // A new start that somebody has agreed to.
    putItemsUnder(made, this.data.operations, [OPERATIONS_PREFIX.suppression]);
  }

  watchStream(reader: TributaryFunction): void {
    addIteratorAgeAlarm(this.scope, reader, this.alarms);
    this.streamReaders.push(reader);
  }

  allowStitching(stitch: TributaryFunction): void {
    const { data } = this;
    readItems(stitch.function, data.profiles);
    writeItems(stitch.function, data.profiles);
    // What takes the place of something is compared with it.
    readItems(stitch.function, data.timeline);
    writeItems(stitch.function, data.timeline);
    writeItems(stitch.function, data.operations);
    writeObjects(stitch.function, data.lake);
    writeObjects(stitch.function, data.quarantine);
  }

  allowProjecting({ function: made }: TributaryFunction): void {
    const { edgeProfiles } = this.data;
    readItems(made, edgeProfiles);
    writeItems(made, edgeProfiles);
    removeItems(made, edgeProfiles);
  }

  allowEvaluating(evaluate: TributaryFunction): void {
    const { data } = this;
    readItems(evaluate.function, data.profiles);
    readItems(evaluate.function, data.memberships);
    writeItems(evaluate.function, data.memberships);
  }
}
