import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, type ITableV2, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { BLOCKS_PREFIX } from '#core/contract/landing.ts';
import { DUE_INDEX, SORT_KEY } from '#core/contract/tables.ts';
import { noncurrentDays, RETENTION_DAYS } from '#lib/config/retentions.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import { AlarmTopic } from '#lib/constructs/alarm-topic.ts';
import { Alarms } from '#lib/constructs/alarms.ts';
import { dataBucket } from '#lib/constructs/data-bucket.ts';
import { generatedSecret } from '#lib/constructs/generated-secret.ts';
import { itemTable } from '#lib/constructs/item-table.ts';
import { LakeQueries } from '#lib/constructs/lake-queries.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import { StageParameters } from '#lib/constructs/stage-parameters.ts';
import { addStreamAlarms } from '#lib/constructs/stream-alarms.ts';

/** Files arrive below this prefix of the landing bucket, as `landing/<datasetId>/…`. */
const LANDING_PREFIX = 'landing/';

export interface DataStackProps extends StackProps {
  readonly config: StageConfig;
}

/** Everything that keeps data: it outlives the code that works on it. */
export class DataStack extends Stack {
  readonly collection: Stream;
  readonly landing: IBucket;
  readonly landingQueue: WorkQueue;
  readonly lake: IBucket;
  readonly quarantine: IBucket;
  readonly exports: IBucket;
  readonly catalog: IBucket;
  readonly profiles: ITableV2;
  readonly timeline: ITableV2;
  readonly memberships: ITableV2;
  /** Small copies of profiles and memberships for the edge; empty where the stage makes none. */
  readonly edgeProfiles: ITableV2;
  readonly operations: ITableV2;
  readonly audit: ITableV2;
  readonly receiptKey: Secret;
  readonly suppressionKey: Secret;
  readonly textsKey: Secret;
  readonly tokenKey: Secret;
  readonly auditKey: Secret;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    const { config } = props;
    this.alarms = new Alarms(config, this.#alarmTopic(config));

    this.collection = new Stream(this, 'Collection', {
      encryption: StreamEncryption.MANAGED,
      retentionPeriod: Duration.hours(config.collection.retentionHours),
      removalPolicy: config.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(config.collection.mode === 'on-demand'
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount: config.collection.shards }),
    });
    addStreamAlarms(this, { stream: this.collection, alarms: this.alarms });

    const accessLogs = config.accessLogs ? dataBucket(this, 'AccessLogs', { config, expireAfterDays: 90 }) : undefined;
    const bucket = { config, accessLogs };
    this.landing = dataBucket(this, 'Landing', {
      ...bucket,
      expireAfterDays: RETENTION_DAYS.landing,
      // What is overwritten is read all the same: this bucket keeps versions in every stage.
      oldVersionDays: noncurrentDays(RETENTION_DAYS.landing, config),
      // As long as a message of their batch may wait among the dead letters; usually they are gone within the hour.
      workingCopies: { prefix: BLOCKS_PREFIX, expireAfterDays: RETENTION_DAYS.workingCopies },
    });
    this.lake = dataBucket(this, 'Lake', { ...bucket, archiveAfterDays: 90 });
    this.quarantine = dataBucket(this, 'Quarantine', { ...bucket, expireAfterDays: 90 });
    this.exports = dataBucket(this, 'Exports', { ...bucket, expireAfterDays: RETENTION_DAYS.exports });
    this.catalog = dataBucket(this, 'Catalog', bucket);
    if (config.lakeQueries) {
      // Answers hold what the lake holds about people, and a deletion does not look for it here: they go soon.
      const results = dataBucket(this, 'QueryResults', { ...bucket, expireAfterDays: RETENTION_DAYS.queryResults });
      new LakeQueries(this, 'LakeQueries', { config, account: this.account, lake: this.lake, results });
    }
    this.landingQueue = this.#announceFiles(config);

    const table = { config, alarms: this.alarms };
    this.profiles = itemTable(this, 'Profiles', { ...table, name: 'profiles', streamed: true });
    this.timeline = itemTable(this, 'Timeline', { ...table, name: 'timeline', streamed: false, sortKey: SORT_KEY });
    this.memberships = itemTable(this, 'Memberships', {
      ...table,
      name: 'memberships',
      streamed: true,
      indexes: [
        {
          indexName: DUE_INDEX.name,
          partitionKey: { name: DUE_INDEX.partitionKey, type: AttributeType.NUMBER },
          sortKey: { name: DUE_INDEX.sortKey, type: AttributeType.NUMBER },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
    });
    this.edgeProfiles = itemTable(this, 'EdgeProfiles', {
      ...table,
      name: 'edge-profiles',
      streamed: false,
      regions: config.edgeRegions,
    });
    this.operations = itemTable(this, 'Operations', { ...table, name: 'operations', streamed: true });
    this.audit = itemTable(this, 'Audit', { ...table, name: 'audit', streamed: false, sortKey: SORT_KEY });

    this.receiptKey = generatedSecret(this, 'ReceiptKey', {
      config,
      description: `Signs the receipts of deletions of Tributary ${config.stage}`,
      reason: 'Receipts must stay verifiable for years, so their key is not rotated.',
    });

    this.suppressionKey = generatedSecret(this, 'SuppressionKey', {
      config,
      description: `Hashes the identities of people who were deleted from Tributary ${config.stage}`,
      reason: 'With another key nobody who was deleted would be recognised any more.',
    });

    this.textsKey = generatedSecret(this, 'TextsKey', {
      config,
      description: `Hashes the numbers that Tributary ${config.stage} has sent texts to`,
      reason: 'With another key a text that was sent would not be known any more, and be sent again.',
    });

    this.tokenKey = generatedSecret(this, 'TokenKey', {
      config,
      description: `Signs the tokens of clients of Tributary ${config.stage}; what is generated here is replaced with the first client`,
      reason: '"tributary client rotate-keys" rotates it: those who verify tokens have to know the new key first.',
    });

    this.auditKey = generatedSecret(this, 'AuditKey', {
      config,
      description: `Hashes the identities in the audit records of Tributary ${config.stage}`,
      reason: 'With another key nobody could be found in the records of before.',
    });

    this.#publishParameters(config);
  }

  /** Who is told about alarms: a topic that there is already, or one of our own. */
  #alarmTopic({ alarmTopicArn, alarmEmails }: StageConfig): ITopic | undefined {
    if (alarmTopicArn !== undefined) return Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn);
    return alarmEmails && new AlarmTopic(this, 'AlarmTopic', { emails: alarmEmails }).topic;
  }

  /** Every file that is put below `landing/` becomes a message. */
  #announceFiles(config: StageConfig): WorkQueue {
    const work = new WorkQueue(this, 'LandingQueue', {
      name: 'landing',
      deadLetterPattern: 'landing-dead-letters',
      alarms: this.alarms,
      functionTimeout: Duration.seconds(config.functions.split.timeoutSeconds),
      maxReceiveCount: 5,
      // A large gzip alone may take a quarter of an hour.
      alarmAge: Duration.minutes(30),
    });
    const queue: Queue = work.queue;
    // The bucket has no name before it exists, so the policy names the account; S3 checks it when the bucket is made.
    queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'FilesOfThisAccount',
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    // A property of the bucket, where the CDK's own way would be a function that runs while deploying.
    const bucket = this.landing.node.defaultChild as CfnBucket;
    bucket.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: LANDING_PREFIX }] } },
        },
      ],
    };
    bucket.node.addDependency(queue.node.findChild('Policy'));
    return work;
  }

  #publishParameters(config: StageConfig): void {
    const parameters = new StageParameters(this, 'Handles', { stage: config.stage });
    parameters.publish('collection-stream', this.collection.streamName, 'Kinesis stream that takes streamed records');
    parameters.publish('landing-bucket', this.landing.bucketName, 'Bucket that takes files, at landing/<datasetId>/');
    parameters.publish('lake-bucket', this.lake.bucketName, 'Bucket of the accepted records');
    parameters.publish('quarantine-bucket', this.quarantine.bucketName, 'Bucket of the rejected records, with reasons');
    parameters.publish('exports-bucket', this.exports.bucketName, 'Bucket of the files for destinations');
    parameters.publish('catalog-bucket', this.catalog.bucketName, 'Bucket of the definitions, by version');
    parameters.publish('profiles-table', this.profiles.tableName, 'Table of identities and profiles');
    parameters.publish('timeline-table', this.timeline.tableName, 'Table of everything known of a person, by identity');
    parameters.publish(
      'receipt-secret',
      this.receiptKey.secretArn,
      'Secret that receipts of deletions are signed with',
    );
    parameters.publish(
      'suppression-secret',
      this.suppressionKey.secretArn,
      'Secret that suppressed identities are hashed with',
    );
    parameters.publish('token-key-secret', this.tokenKey.secretArn, 'Secret with the key that tokens are signed with');
    parameters.publish('audit-table', this.audit.tableName, 'Table of who read which profile');
    parameters.publish(
      'audit-secret',
      this.auditKey.secretArn,
      'Secret that identities in audit records are hashed with',
    );
    parameters.publish('memberships-table', this.memberships.tableName, 'Table of segment memberships');
    parameters.publish('edge-profiles-table', this.edgeProfiles.tableName, 'Table of copies of profiles for the edge');
    parameters.publish(
      'operations-table',
      this.operations.tableName,
      'Table of batches, delivery states and the catalog pointer',
    );
  }
}
