import { describe, expect, it } from 'vitest';
import {
  allResources,
  follow,
  identityOf,
  type Resource,
  resourcesOfType,
  type Templates,
} from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

/** What holds work, does work, or answers, and so has to have alarms. */
const WATCHED = new Set([
  'AWS::SQS::Queue',
  'AWS::Lambda::Function',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Kinesis::Stream',
  'AWS::ApiGatewayV2::Api',
]);

/** What needs no alarm of its own. A type that is in neither list is new: decide. */
const UNWATCHED: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Integration': 'part of an API',
  'AWS::ApiGatewayV2::Route': 'part of an API',
  'AWS::ApiGatewayV2::Stage': 'part of an API',
  'AWS::Athena::WorkGroup': 'asked by hand, and its answers say what failed',
  'AWS::CloudWatch::Alarm': 'is one',
  'AWS::CloudWatch::Dashboard': 'does nothing',
  'AWS::Events::Rule': 'runs that could not be started are in the queue of failed runs',
  'AWS::Glue::Database': 'does nothing',
  'AWS::Glue::Table': 'does nothing',
  'AWS::IAM::Policy': 'does nothing',
  'AWS::IAM::Role': 'does nothing',
  'AWS::KMS::Key': 'only of the topic',
  'AWS::Lambda::EventInvokeConfig': 'part of a function',
  'AWS::Lambda::EventSourceMapping': 'what it gives up on is in a queue',
  'AWS::Lambda::Permission': 'does nothing',
  'AWS::Lambda::Url': 'its errors are those of its function',
  'AWS::Logs::LogGroup': 'does nothing',
  'AWS::S3::Bucket': 'its errors are those of the functions that ask it',
  'AWS::S3::BucketPolicy': 'does nothing',
  'AWS::SecretsManager::Secret': 'its errors are those of the functions that ask it',
  'AWS::SNS::Subscription': 'tells about alarms',
  'AWS::SNS::Topic': 'tells about alarms',
  'AWS::SNS::TopicPolicy': 'does nothing',
  'AWS::SQS::QueuePolicy': 'does nothing',
  'AWS::SSM::Parameter': 'does nothing',
  'Custom::S3AutoDeleteObjects': 'runs when a stack is deleted, and fails that',
};

/** Made by the CDK, and runs only when a stack of a stage that is thrown away is deleted. */
const isOfCdk = ({ logicalId }: Resource): boolean => logicalId.startsWith('CustomS3AutoDeleteObjects');

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}
interface MetricOfAlarm {
  readonly MetricName: string;
  readonly Dimensions?: readonly Dimension[];
}

/** `<resource> <metric>` of all that alarms watch; of an index, `<resource>[<index>] <metric>`. */
function watchedBy(templates: Templates): Set<string> {
  return new Set(
    resourcesOfType(templates, 'AWS::CloudWatch::Alarm').flatMap(({ stack, properties }) => {
      const combined = (properties.Metrics ?? []) as readonly { MetricStat?: { Metric: MetricOfAlarm } }[];
      const metrics = [properties as unknown as MetricOfAlarm, ...combined.map(({ MetricStat }) => MetricStat?.Metric)];
      return metrics
        .filter((metric) => metric?.MetricName !== undefined)
        .map((metric) => `${subjectOf(templates, stack, metric!)} ${metric!.MetricName}`);
    }),
  );
}

const SUBJECTS = new Set(['QueueName', 'FunctionName', 'TableName', 'StreamName', 'ApiId']);

function subjectOf(templates: Templates, stack: string, { Dimensions = [] }: MetricOfAlarm): string {
  const subject = Dimensions.find(({ Name }) => SUBJECTS.has(Name));
  if (subject === undefined) return 'account';
  const index = Dimensions.find(({ Name }) => Name === 'GlobalSecondaryIndexName')?.Value;
  return identityOf(follow(templates, stack, subject.Value)) + (index === undefined ? '' : `[${index}]`);
}

/** What has to be watched of each resource, as {@link watchedBy} names it. */
function toWatch(templates: Templates, stage: string): string[] {
  const targets = (type: string, property: string): Set<string> =>
    new Set(
      resourcesOfType(templates, type).map(({ stack, properties }) =>
        identityOf(follow(templates, stack, properties[property])),
      ),
    );
  const readersOfStreams = new Set(
    resourcesOfType(templates, 'AWS::Lambda::EventSourceMapping').flatMap(({ stack, properties }) => {
      const isQueue = follow(templates, stack, properties.EventSourceArn).type === 'AWS::SQS::Queue';
      return isQueue ? [] : [identityOf(follow(templates, stack, properties.FunctionName))];
    }),
  );
  const withUrl = targets('AWS::Lambda::Url', 'TargetFunctionArn');
  const behindApi = targets('AWS::ApiGatewayV2::Integration', 'IntegrationUri');

  const metricsOf = (resource: Resource): readonly string[] => {
    const { type, properties } = resource;
    const identity = identityOf(resource);
    switch (type) {
      case 'AWS::SQS::Queue':
        // Whatever is in a queue that nobody works off has failed.
        return [
          properties.RedrivePolicy === undefined
            ? 'ApproximateNumberOfMessagesVisible'
            : 'ApproximateAgeOfOldestMessage',
        ];
      case 'AWS::Lambda::Function':
        return [
          'Errors',
          'Throttles',
          ...(readersOfStreams.has(identity) ? ['IteratorAge'] : []),
          ...(withUrl.has(identity) ? ['Url5xxCount'] : []),
          ...(withUrl.has(identity) || behindApi.has(identity) ? ['Duration'] : []),
        ];
      case 'AWS::DynamoDB::GlobalTable':
        return ['ReadThrottleEvents', 'WriteThrottleEvents', ...(stage === 'local' ? [] : ['SystemErrors'])];
      case 'AWS::Kinesis::Stream':
        return ['WriteProvisionedThroughputExceeded', 'ReadProvisionedThroughputExceeded'];
      default:
        return ['5xx', 'Latency'];
    }
  };
  const indexes = resourcesOfType(templates, 'AWS::DynamoDB::GlobalTable').flatMap((table) =>
    ((table.properties.GlobalSecondaryIndexes ?? []) as { IndexName: string }[]).flatMap(({ IndexName }) =>
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map((metric) => `${identityOf(table)}[${IndexName}] ${metric}`),
    ),
  );
  return [
    'account ClaimedAccountConcurrency',
    ...indexes,
    ...allResources(templates)
      .filter((resource) => WATCHED.has(resource.type) && !isOfCdk(resource))
      .flatMap((resource) => metricsOf(resource).map((metric) => `${identityOf(resource)} ${metric}`)),
  ];
}

const unwatched = (templates: Templates, stage: string): string[] => {
  const watched = watchedBy(templates);
  return toWatch(templates, stage).filter((each) => !watched.has(each));
};

describe.each(STAGE_NAMES)('in stage %s', (stage) => {
  const templates = templatesOf(stage);

  it('every queue, function, table, index, stream and API has its alarms', () => {
    const types = new Set(allResources(templates).map(({ type }) => type));
    const expected = [...WATCHED].filter((type) => stage !== 'local' || type !== 'AWS::ApiGatewayV2::Api');
    expect([...types]).toEqual(expect.arrayContaining(expected));
    expect(toWatch(templates, stage).length).toBeGreaterThan(90);
    expect(unwatched(templates, stage)).toEqual([]);
  });

  it('every kind of resource is known to need alarms or none', () => {
    const types = allResources(templates).map(({ type }) => type);
    expect([...new Set(types)].filter((type) => !WATCHED.has(type) && UNWATCHED[type] === undefined)).toEqual([]);
  });

  it('an alarm that is taken away is missed, unless it watches what the platform counts itself', () => {
    const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm');
    const kept = alarms.filter(({ stack, logicalId }) => {
      const { [logicalId]: _, ...Resources } = templates[stack]!.Resources;
      return unwatched({ ...templates, [stack]: { ...templates[stack]!, Resources } }, stage).length === 0;
    });
    expect(kept.filter(({ properties }) => properties.Namespace !== 'Tributary')).toEqual([]);
  });
});

it('no type of resource is listed that no stage has', () => {
  const types = new Set(STAGE_NAMES.flatMap((stage) => allResources(templatesOf(stage)).map(({ type }) => type)));
  expect(Object.keys(UNWATCHED).filter((type) => !types.has(type))).toEqual([]);
});
