import type { Resource, Templates } from './template.ts';
import { follow, identityOf, render, resourcesOfType } from './template.ts';

/** An event source mapping in the words of the poller: seconds and names instead of ARNs. */
export type EventSource = StreamSource | QueueSource;

interface Mapping {
  /** The label of the function, as the `functions` handle has it: `stitch-stream`, `deliver-http/webhook`. */
  readonly function: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  /** Event filter patterns as JSON text; a record must match one of them. None: everything matches. */
  readonly filters: readonly string[];
}

export interface StreamSource extends Mapping {
  readonly kind: 'kinesis' | 'dynamodb';
  /** `collection`, or the table's name: `profiles`, `memberships`. */
  readonly stream: string;
  readonly parallelizationFactor: number;
  readonly bisectBatchOnError: boolean;
  /** -1: no limit. */
  readonly retryAttempts: number;
  /** -1: no limit. */
  readonly maxRecordAgeSeconds: number;
  /** Name of the queue that is told about what was given up. */
  readonly onFailure: string | undefined;
}

export interface QueueSource extends Mapping {
  readonly kind: 'sqs';
  readonly queue: string;
  /** Batches that are worked on at once, at most. */
  readonly maxConcurrency: number;
  /** After which the function is ended. */
  readonly timeoutSeconds: number;
}

export interface QueueDefinition {
  readonly name: string;
  readonly fifo: boolean;
  /** FIFO: whether a deduplication id counts within its message group only. */
  readonly deduplicatesPerGroup: boolean;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  /** After that many receives a message goes to the dead-letter queue. */
  readonly redrive: { readonly maxReceiveCount: number; readonly deadLetters: string } | undefined;
}

export interface Wiring {
  readonly sources: readonly EventSource[];
  readonly queues: readonly QueueDefinition[];
}

/** What AWS takes where a template says nothing. */
const DEFAULT_RETENTION_S = 4 * 86_400;
const DEFAULT_TIMEOUT_S = 3;
const UNLIMITED_CONCURRENCY = 1_000;

/** What the templates of one stage say about who reads what, and how. */
export function readWiring(templates: Templates): Wiring {
  const names = nameResources(templates);
  const nameOf = (resource: Resource): string => {
    const name = names.get(identityOf(resource));
    if (name === undefined) throw new Error(`No handle names ${identityOf(resource)}`);
    return name;
  };
  const mappings = resourcesOfType(templates, 'AWS::Lambda::EventSourceMapping');
  return {
    sources: mappings.map((mapping) => readMapping(templates, mapping, nameOf)),
    queues: resourcesOfType(templates, 'AWS::SQS::Queue').map((queue) => readQueue(templates, queue, nameOf)),
  };
}

function readMapping(templates: Templates, mapping: Resource, nameOf: (resource: Resource) => string): EventSource {
  const { stack, properties } = mapping;
  const number = (key: string, absent: number): number => Number(properties[key] ?? absent);
  const source = follow(templates, stack, properties.EventSourceArn);
  const filters = (properties.FilterCriteria as { Filters?: { Pattern: string }[] } | undefined)?.Filters ?? [];
  const common = {
    function: nameOf(follow(templates, stack, properties.FunctionName)),
    batchingWindowSeconds: number('MaximumBatchingWindowInSeconds', 0),
    reportBatchItemFailures: ((properties.FunctionResponseTypes ?? []) as string[]).includes('ReportBatchItemFailures'),
    filters: filters.map(({ Pattern }) => Pattern),
  };
  if (source.type === 'AWS::SQS::Queue') {
    const scaling = properties.ScalingConfig as { MaximumConcurrency?: number } | undefined;
    const reader = follow(templates, stack, properties.FunctionName);
    return {
      ...common,
      kind: 'sqs',
      queue: nameOf(source),
      batchSize: number('BatchSize', 10),
      maxConcurrency: scaling?.MaximumConcurrency ?? UNLIMITED_CONCURRENCY,
      timeoutSeconds: Number(reader.properties.Timeout ?? DEFAULT_TIMEOUT_S),
    };
  }
  const onFailure = properties.DestinationConfig as { OnFailure?: { Destination: unknown } } | undefined;
  return {
    ...common,
    kind: source.type === 'AWS::Kinesis::Stream' ? 'kinesis' : 'dynamodb',
    stream: nameOf(source),
    batchSize: number('BatchSize', 100),
    parallelizationFactor: number('ParallelizationFactor', 1),
    bisectBatchOnError: properties.BisectBatchOnFunctionError === true,
    retryAttempts: number('MaximumRetryAttempts', -1),
    maxRecordAgeSeconds: number('MaximumRecordAgeInSeconds', -1),
    onFailure:
      onFailure?.OnFailure === undefined
        ? undefined
        : nameOf(follow(templates, stack, onFailure.OnFailure.Destination)),
  };
}

function readQueue(templates: Templates, queue: Resource, nameOf: (resource: Resource) => string): QueueDefinition {
  const { stack, properties } = queue;
  const redrive = properties.RedrivePolicy as { deadLetterTargetArn: unknown; maxReceiveCount: number } | undefined;
  return {
    name: nameOf(queue),
    fifo: properties.FifoQueue === true,
    deduplicatesPerGroup: properties.DeduplicationScope === 'messageGroup',
    visibilityTimeoutSeconds: Number(properties.VisibilityTimeout ?? 30),
    retentionSeconds: Number(properties.MessageRetentionPeriod ?? DEFAULT_RETENTION_S),
    redrive:
      redrive === undefined
        ? undefined
        : {
            maxReceiveCount: redrive.maxReceiveCount,
            deadLetters: nameOf(follow(templates, stack, redrive.deadLetterTargetArn)),
          },
  };
}

/** Resources have no names before they are deployed, but handles do: each resource is called as its handle is. */
function nameResources(templates: Templates): Map<string, string> {
  const names = new Map<string, string>();
  for (const parameter of resourcesOfType(templates, 'AWS::SSM::Parameter')) {
    const handle = String(parameter.properties.Name).split('/').at(-1)!;
    if (/-(url|secret|topic)$/.test(handle)) continue;
    const value = render(templates, parameter.stack, parameter.properties.Value);
    if (handle === 'lane-pool') {
      const { files, filesDeadLetters } = JSON.parse(value) as Record<string, string>;
      names.set(files!, 'files').set(filesDeadLetters!, 'files.dead-letters');
      continue;
    }
    const single = /^(.*)-(?:stream|table|bucket|queue)$/.exec(handle);
    if (single !== null) {
      names.set(value, single[1]!);
    } else {
      const suffix = handle === 'dead-letter-queues' ? '.dead-letters' : '';
      for (const [key, identity] of Object.entries(JSON.parse(value) as Record<string, string>)) {
        names.set(identity, `${key}${suffix}`);
      }
    }
  }
  // Those of the pool have names of their own.
  for (const queue of resourcesOfType(templates, 'AWS::SQS::Queue')) {
    const [, lane, dead] = /(lane-\d{3})(-dead-letters)?\.fifo$/.exec(String(queue.properties.QueueName ?? '')) ?? [];
    if (lane !== undefined) names.set(identityOf(queue), `${lane}${dead === undefined ? '' : '.dead-letters'}`);
  }
  // `landing` and `chunks` have a handle for their dead letters only.
  for (const queue of resourcesOfType(templates, 'AWS::SQS::Queue')) {
    const redrive = queue.properties.RedrivePolicy as { deadLetterTargetArn: unknown } | undefined;
    if (redrive === undefined || names.has(identityOf(queue))) continue;
    const deadLetters = names.get(identityOf(follow(templates, queue.stack, redrive.deadLetterTargetArn)));
    if (deadLetters !== undefined) names.set(identityOf(queue), deadLetters.replace(/\.dead-letters$/, ''));
  }
  // Failure queues have none and are called after the function that fills them.
  for (const type of ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::EventInvokeConfig']) {
    for (const { stack, properties } of resourcesOfType(templates, type)) {
      const destination = (properties.DestinationConfig as { OnFailure?: { Destination: unknown } } | undefined)
        ?.OnFailure;
      if (destination === undefined) continue;
      const reader = names.get(identityOf(follow(templates, stack, properties.FunctionName)));
      const name = type === 'AWS::Lambda::EventInvokeConfig' ? 'schedules.failures' : `${reader}.failures`;
      names.set(identityOf(follow(templates, stack, destination.Destination)), name);
    }
  }
  return names;
}
