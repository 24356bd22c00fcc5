import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { DynamoEventSource, KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { EnvironmentVariables, FunctionName } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import { Alarms } from '#lib/constructs/alarms.ts';
import { addDashboard } from '#lib/constructs/dashboard.ts';
import { addIteratorAgeAlarm, queueSource, streamSettings } from '#lib/constructs/event-sources.ts';
import {
  deleteObjects,
  eraseItems,
  putRecords,
  queryDue,
  queryItems,
  readItems,
  readObjects,
  scanItems,
  updateItems,
  updateItemsUnder,
  writeItems,
  writeObjects,
} from '#lib/constructs/grants.ts';
import { Handles } from '#lib/constructs/handles.ts';
import { HttpDoor } from '#lib/constructs/http-door.ts';
import { FailureQueue, WorkQueue } from '#lib/constructs/queues.ts';
import { addRefusalAlarms } from '#lib/constructs/refusal-alarms.ts';
import { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { ActivationStack } from './activation-stack.ts';
import type { DataStack } from './data-stack.ts';

/** How long DynamoDB keeps the records of a table's stream. */
const TABLE_STREAM_RETENTION = Duration.hours(24);

export interface ComputeStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
  readonly activation: ActivationStack;
}

type Urls = Readonly<Record<'collection-url' | 'batch-url' | 'access-url', string>>;

/** The way of a record, from the doors to the outlets: which function reads what, and what it may do. */
export class ComputeStack extends Stack {
  readonly alarms: Alarms;
  /** The functions of this stack; those of outlets are theirs. */
  readonly functions: TributaryFunction[] = [];
  readonly #streamReaders: TributaryFunction[] = [];
  readonly #props: ComputeStackProps;

  constructor(scope: Construct, id: string, props: ComputeStackProps) {
    super(scope, id, props);
    this.#props = props;
    this.alarms = new Alarms(props.config.stage, props.data.alarms.topic);
    const urls = this.#http();
    this.#stitchStream();
    const files = this.#files();
    this.#evaluate();
    this.#route();
    this.#schedules();
    this.#erasePerson();
    addRefusalAlarms(this, { stage: props.config.stage, alarms: this.alarms });
    if (props.config.dashboard) {
      addDashboard(this, 'Dashboard', {
        stage: props.config.stage,
        functions: this.functions,
        streamReaders: this.#streamReaders,
        outlets: props.activation.outlets,
      });
    }
    this.#publishHandles(files, urls);
  }

  /** Records over HTTP → the stream, or files; profiles → HTTP. @returns the addresses */
  #http(): Urls {
    const { config, data } = this.#props;
    const door = new HttpDoor(this, 'HttpDoor', { config });
    const collect = this.#function('Collect', 'collect', 'records over HTTP → the stream', {
      ...this.#catalog(),
      COLLECTION_STREAM: data.collection.streamName,
    });
    putRecords(collect.function, data.collection);

    const batches = this.#function('BatchApi', 'batch-api', 'batches over HTTP → files', {
      ...this.#catalog(),
      LANDING_BUCKET: data.landing.bucketName,
      QUARANTINE_BUCKET: data.quarantine.bucketName,
    });
    readObjects(batches.function, data.landing);
    writeObjects(batches.function, data.landing);
    readObjects(batches.function, data.quarantine);

    const access = this.#function('ProfileAccess', 'profile-access', 'profiles and their events → HTTP', {
      ...this.#memberships(),
      TIMELINE_TABLE: data.timeline.tableName,
    });
    readItems(access.function, data.profiles);
    readItems(access.function, data.memberships);
    queryItems(access.function, data.timeline);

    const { GET, PATCH, POST, PUT } = HttpMethod;
    // A client of AEP finds the batch API below another path for each thing it does with batches.
    const anywhere = ['', ...['import', 'catalog', 'export'].map((service) => `/data/foundation/${service}`)];
    return {
      'collection-url': door.add({
        target: collect,
        authorization: 'by-function',
        methods: [POST],
        paths: ['/collection/{connectionId}', '/collection/batch/{connectionId}'],
      }),
      'batch-url': door.add({
        target: batches,
        authorization: 'by-function',
        methods: [GET, PATCH, POST, PUT],
        paths: anywhere.flatMap((prefix) => [`${prefix}/batches`, `${prefix}/batches/{proxy+}`]),
      }),
      'access-url': door.add({
        target: access,
        authorization: 'iam',
        methods: [GET, POST],
        paths: ['/ups/access/entities', '/data/core/ups/access/entities'],
      }),
    };
  }

  /** Streamed records → profiles. */
  #stitchStream(): void {
    const { config, data } = this.#props;
    const stitch = this.#function('StitchStream', 'stitch-stream', 'records of the stream → profiles', {
      ...this.#catalog(),
      PROFILES_TABLE: data.profiles.tableName,
      TIMELINE_TABLE: data.timeline.tableName,
      LAKE_BUCKET: data.lake.bucketName,
      QUARANTINE_BUCKET: data.quarantine.bucketName,
    });
    this.#allowStitching(stitch);
    stitch.function.addEventSource(
      new KinesisEventSource(
        data.collection,
        streamSettings({
          batchSize: 500,
          parallelism: config.streamParallelism,
          retention: Duration.hours(config.collection.retentionHours),
          failures: new FailureQueue(this, 'StitchStreamFailures', { name: stitch.label, alarms: this.alarms }),
        }),
      ),
    );
    this.#watchStream(stitch);
  }

  /** Files → chunks → good ones → profiles. */
  #files(): { validation: WorkQueue; chunks: WorkQueue } {
    const { config, data } = this.#props;
    const validation = new WorkQueue(this, 'Validation', {
      name: 'validation',
      deadLetterPattern: 'validation-dead-letters',
      alarms: this.alarms,
      functionTimeout: Duration.seconds(config.functions['validate-chunk'].timeoutSeconds),
      maxReceiveCount: 5,
      alarmAge: Duration.hours(1),
    });
    const chunks = new WorkQueue(this, 'Chunks', {
      name: 'chunks',
      deadLetterPattern: 'chunks-dead-letters',
      alarms: this.alarms,
      functionTimeout: Duration.seconds(config.functions['stitch-chunk'].timeoutSeconds),
      maxReceiveCount: 5,
      alarmAge: Duration.hours(1),
    });

    const split = this.#function('Split', 'split', 'files of the landing bucket → chunks', {
      ...this.#catalog(),
      LANDING_BUCKET: data.landing.bucketName,
      QUARANTINE_BUCKET: data.quarantine.bucketName,
      VALIDATION_QUEUE_URL: validation.queue.queueUrl,
    });
    writeItems(split.function, data.operations);
    readObjects(split.function, data.landing);
    // The plan of a large file lies beside it.
    writeObjects(split.function, data.landing);
    writeObjects(split.function, data.quarantine);
    validation.queue.grantSendMessages(split.function);
    // A file may take minutes, so each gets a call of its own.
    split.function.addEventSource(queueSource(data.landingQueue.queue, { batchSize: 1, maxConcurrency: 5 }));

    const validate = this.#function('ValidateChunk', 'validate-chunk', 'records of a chunk → good or bad', {
      ...this.#catalog(),
      LANDING_BUCKET: data.landing.bucketName,
      QUARANTINE_BUCKET: data.quarantine.bucketName,
      CHUNKS_QUEUE_URL: chunks.queue.queueUrl,
    });
    writeItems(validate.function, data.operations);
    readObjects(validate.function, data.landing);
    writeObjects(validate.function, data.quarantine);
    chunks.queue.grantSendMessages(validate.function);
    validate.function.addEventSource(queueSource(validation.queue, { batchSize: 1, maxConcurrency: 20 }));

    const stitch = this.#function('StitchChunk', 'stitch-chunk', 'records of a chunk → profiles', {
      ...this.#catalog(),
      PROFILES_TABLE: data.profiles.tableName,
      TIMELINE_TABLE: data.timeline.tableName,
      LANDING_BUCKET: data.landing.bucketName,
      LAKE_BUCKET: data.lake.bucketName,
      QUARANTINE_BUCKET: data.quarantine.bucketName,
    });
    this.#allowStitching(stitch);
    readObjects(stitch.function, data.landing);
    stitch.function.addEventSource(queueSource(chunks.queue, { batchSize: 1, maxConcurrency: 20 }));
    return { validation, chunks };
  }

  /** Changed profiles → memberships. */
  #evaluate(): void {
    const { config, data } = this.#props;
    const evaluate = this.#function('Evaluate', 'evaluate', 'changed profiles → memberships', this.#memberships());
    this.#allowEvaluating(evaluate);
    evaluate.function.addEventSource(
      new DynamoEventSource(
        data.profiles,
        streamSettings({
          batchSize: 200,
          parallelism: config.streamParallelism,
          retention: TABLE_STREAM_RETENTION,
          failures: new FailureQueue(this, 'EvaluateFailures', { name: evaluate.label, alarms: this.alarms }),
        }),
      ),
    );
    this.#watchStream(evaluate);
  }

  /** Changed memberships → the queues of the outlets. */
  #route(): void {
    const { config, data, activation } = this.#props;
    const route = this.#function('Route', 'route', 'changed memberships → outlets', {
      ...this.#memberships(),
      DESTINATION_QUEUES: JSON.stringify(activation.queueUrls),
    });
    readItems(route.function, data.profiles);
    readItems(route.function, data.memberships);
    writeItems(route.function, data.operations);
    for (const outlet of activation.outlets) outlet.work.queue.grantSendMessages(route.function);
    route.function.addEventSource(
      new DynamoEventSource(
        data.memberships,
        streamSettings({
          batchSize: 200,
          parallelism: config.streamParallelism,
          retention: TABLE_STREAM_RETENTION,
          failures: new FailureQueue(this, 'RouteFailures', { name: route.label, alarms: this.alarms }),
        }),
      ),
    );
    this.#watchStream(route);
  }

  /** A request of a person → they are deleted. Called by the command line. */
  #erasePerson(): void {
    const { data } = this.#props;
    const erase = this.#function('ErasePerson', 'erase-person', 'a request → a person is deleted', {
      ...this.#catalog(),
      PROFILES_TABLE: data.profiles.tableName,
      TIMELINE_TABLE: data.timeline.tableName,
      LAKE_BUCKET: data.lake.bucketName,
      QUARANTINE_BUCKET: data.quarantine.bucketName,
      EXPORTS_BUCKET: data.exports.bucketName,
      RECEIPT_SECRET: data.receiptKey.secretArn,
    });
    readItems(erase.function, data.profiles);
    writeItems(erase.function, data.profiles);
    eraseItems(erase.function, data.timeline);
    for (const bucket of [data.lake, data.quarantine, data.exports]) {
      readObjects(erase.function, bucket);
      writeObjects(erase.function, bucket);
      deleteObjects(erase.function, bucket);
    }
    data.receiptKey.grantRead(erase.function);
  }

  /** What the clock starts. */
  #schedules(): void {
    const { config, data, activation } = this.#props;
    const failures = new FailureQueue(this, 'SchedulesFailures', { name: 'schedules', alarms: this.alarms });

    const sweep = this.#function('Sweep', 'sweep', 'profiles that are due → memberships', this.#memberships());
    this.#allowEvaluating(sweep);
    queryDue(sweep.function, data.memberships);

    const batch = this.#function('EvaluateBatch', 'evaluate-batch', 'all profiles → memberships', {
      ...this.#memberships(),
      TIMELINE_TABLE: data.timeline.tableName,
    });
    this.#allowEvaluating(batch);
    scanItems(batch.function, data.profiles);
    updateItemsUnder(batch.function, data.operations, [OPERATIONS_PREFIX.evaluation]);
    // Segments that are new see what happened before them: events are chosen anew.
    writeItems(batch.function, data.profiles);
    queryItems(batch.function, data.timeline);

    const expire = this.#function('Expire', 'expire', 'what has expired is removed', {
      ...this.#catalog(),
      PROFILES_TABLE: data.profiles.tableName,
      TIMELINE_TABLE: data.timeline.tableName,
    });
    readItems(expire.function, data.profiles);
    scanItems(expire.function, data.profiles);
    writeItems(expire.function, data.profiles);
    eraseItems(expire.function, data.timeline);
    updateItems(expire.function, data.timeline);
    updateItemsUnder(expire.function, data.operations, [OPERATIONS_PREFIX.expiry]);

    const files = this.#function('ExportFiles', 'export-files', 'gathered deliveries → files', {
      ...this.#catalog(),
      EXPORTS_BUCKET: data.exports.bucketName,
    });
    updateItemsUnder(files.function, data.operations, [OPERATIONS_PREFIX.dataflowRun]);
    readObjects(files.function, data.exports);
    writeObjects(files.function, data.exports);
    deleteObjects(files.function, data.exports);

    for (const target of [sweep, expire, batch, files]) {
      target.function.configureAsyncInvoke({
        retryAttempts: 2,
        maxEventAge: Duration.hours(1),
        onFailure: new SqsDestination(failures),
      });
    }
    // Each outlet has a run of its own, so that one with millions of rows, or one that fails, delays no other's files.
    const exports = activation.outlets
      .filter(({ gathers }) => gathers)
      .map(({ id }) => ({
        id: `ExportFilesOf-${id}`,
        target: files,
        expression: config.schedules.exportFiles,
        input: { outletId: id, scheduled: true },
      }));
    const schedules: { id: string; target: TributaryFunction; expression: string; input?: object }[] = [
      { id: 'SweepSchedule', target: sweep, expression: config.schedules.sweep },
      { id: 'ExpireSchedule', target: expire, expression: config.schedules.expire },
      { id: 'EvaluateBatchSchedule', target: batch, expression: config.schedules.evaluateBatch },
      ...exports,
    ];
    for (const { id, target, expression, input } of schedules) {
      new Rule(this, id, {
        description: `Starts ${target.label} of Tributary ${config.stage}`,
        schedule: Schedule.expression(expression),
        targets: [
          new LambdaFunction(target.function, {
            deadLetterQueue: failures,
            retryAttempts: 3,
            maxEventAge: Duration.hours(1),
            ...(input && { event: RuleTargetInput.fromObject(input) }),
          }),
        ],
      });
    }
  }

  #catalog(): { STAGE: string; OPERATIONS_TABLE: string; CATALOG_BUCKET: string } {
    const { config, data } = this.#props;
    return {
      STAGE: config.stage,
      OPERATIONS_TABLE: data.operations.tableName,
      CATALOG_BUCKET: data.catalog.bucketName,
    };
  }

  #memberships(): EnvironmentVariables<'evaluate'> {
    const { data } = this.#props;
    return {
      ...this.#catalog(),
      PROFILES_TABLE: data.profiles.tableName,
      MEMBERSHIPS_TABLE: data.memberships.tableName,
    };
  }

  /** Every function reads the catalog: which version is in force, and that version. */
  #function<F extends FunctionName>(
    id: string,
    name: F,
    does: string,
    environment: EnvironmentVariables<F>,
  ): TributaryFunction<F> {
    const { config, data } = this.#props;
    const made = new TributaryFunction(this, id, {
      config,
      alarms: this.alarms,
      name,
      description: `Tributary ${config.stage}: ${does}`,
      environment,
    });
    readItems(made.function, data.operations);
    readObjects(made.function, data.catalog);
    this.functions.push(made);
    return made;
  }

  #watchStream(reader: TributaryFunction): void {
    addIteratorAgeAlarm(this, reader, this.alarms);
    this.#streamReaders.push(reader);
  }

  #allowStitching(stitch: TributaryFunction): void {
    const { data } = this.#props;
    readItems(stitch.function, data.profiles);
    writeItems(stitch.function, data.profiles);
    writeItems(stitch.function, data.timeline);
    eraseItems(stitch.function, data.timeline);
    writeItems(stitch.function, data.operations);
    writeObjects(stitch.function, data.lake);
    writeObjects(stitch.function, data.quarantine);
  }

  #allowEvaluating(evaluate: TributaryFunction): void {
    const { data } = this.#props;
    readItems(evaluate.function, data.profiles);
    readItems(evaluate.function, data.memberships);
    writeItems(evaluate.function, data.memberships);
  }

  #publishHandles({ validation, chunks }: { validation: WorkQueue; chunks: WorkQueue }, urls: Urls): void {
    const { config, data, activation } = this.#props;
    const handles = new Handles(this, 'Handles', { stage: config.stage });
    const functions = [...this.functions, ...activation.outlets.map((outlet) => outlet.deliver)];
    handles.publish(
      'collection-url',
      urls['collection-url'],
      'Address that takes records, at /collection/{connectionId}',
    );
    handles.publish('access-url', urls['access-url'], 'Address of profiles, at /ups/access/entities; signed requests');
    handles.publish('batch-url', urls['batch-url'], 'Address of the batch API, at /batches');
    handles.publishMap(
      'functions',
      Object.fromEntries(functions.map((made) => [made.label, made.function.functionName])),
      'Name of every function; those of outlets as <function>/<outlet>',
    );
    handles.publishMap(
      'dead-letter-queues',
      Object.fromEntries([
        ['landing', data.landingQueue.deadLetters.queueUrl],
        ['validation', validation.deadLetters.queueUrl],
        ['chunks', chunks.deadLetters.queueUrl],
        ...activation.outlets.map((outlet) => [outlet.id, outlet.work.deadLetters.queueUrl]),
      ]),
      'Dead-letter queue of every queue',
    );
  }
}
