import { describe, expect, it } from 'vitest';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { createPoller } from '#tests/harness/poller/poller.ts';
import { follow, render, type Templates } from '#tests/harness/poller/template.ts';

/** Two stacks as the CDK writes them: the reader in one, what it reads in the other. */
const templates = (reference: unknown): Templates => ({
  data: {
    Resources: {
      Stream1: { Type: 'AWS::Kinesis::Stream' },
      StageParameter: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: '/tributary/x/collection-stream', Value: { Ref: 'Stream1' } },
      },
    },
    Outputs: { StreamArn: { Value: { 'Fn::GetAtt': ['Stream1', 'Arn'] }, Export: { Name: 'data:StreamArn' } } },
  },
  compute: {
    Resources: {
      Reader: { Type: 'AWS::Lambda::Function' },
      Failures: { Type: 'AWS::SQS::Queue' },
      StageParameter: {
        Type: 'AWS::SSM::Parameter',
        Properties: {
          Name: '/tributary/x/functions',
          Value: { 'Fn::Join': ['', ['{"reader":"', { Ref: 'Reader' }, '"}']] },
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: reference,
          FunctionName: { Ref: 'Reader' },
          BatchSize: 7,
          BisectBatchOnFunctionError: true,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          MaximumRetryAttempts: 3,
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failures', 'Arn'] } } },
          FilterCriteria: { Filters: [{ Pattern: '{"a":["b"]}' }] },
        },
      },
    },
  },
});

const REFERENCES = [
  { 'Fn::ImportValue': 'data:StreamArn' },
  { 'Fn::GetStackOutput': { StackName: 'data', OutputName: 'StreamArn' } },
];

describe('the wiring of a stage', () => {
  it.each(REFERENCES)('is read across stacks, by %j', (reference) => {
    expect(readWiring(templates(reference))).toEqual({
      sources: [
        {
          kind: 'kinesis',
          stream: 'collection',
          function: 'reader',
          batchSize: 7,
          batchingWindowSeconds: 0,
          parallelizationFactor: 1,
          reportBatchItemFailures: true,
          bisectBatchOnError: true,
          retryAttempts: 3,
          maxRecordAgeSeconds: -1,
          onFailure: 'reader.failures',
          filters: ['{"a":["b"]}'],
        },
      ],
      queues: [
        {
          name: 'reader.failures',
          fifo: false,
          deduplicatesPerGroup: false,
          visibilityTimeoutSeconds: 30,
          retentionSeconds: 345_600,
          redrive: undefined,
        },
      ],
    });
  });

  it('drives a poller', async () => {
    const seen: number[] = [];
    const withoutFilter = templates(REFERENCES[0]);
    const mapping = withoutFilter.compute!.Resources.Mapping!.Properties as Record<string, unknown>;
    delete mapping.FilterCriteria;
    const poller = createPoller({
      from: { templates: withoutFilter },
      handlers: { reader: (event: { Records: unknown[] }) => void seen.push(event.Records.length) },
    });
    for (let index = 0; index < 10; index += 1) poller.stream('collection').put('key', 'x');
    await poller.run();
    expect(seen).toEqual([7, 3]);
    expect(() => poller.queue('other')).toThrow('There is no queue "other"; there are reader.failures');
  });

  it('that points at nothing is an error', () => {
    const made = templates({ 'Fn::ImportValue': 'data:Other' });
    expect(() => readWiring(made)).toThrow('No stack exports it');
    expect(() => follow(made, 'compute', { Ref: 'Missing' })).toThrow('No such resource');
    expect(() => follow(made, 'compute', 'text')).toThrow('Not a reference');
  });

  it('renders a text with the resources in it', () => {
    const value = {
      'Fn::Join': ['-', ['a', { Ref: 'Reader' }, { 'Fn::Join': ['', ['b', { 'Fn::GetAtt': ['Failures', 'Arn'] }]] }]],
    };
    expect(render(templates(REFERENCES[0]), 'compute', value)).toBe('a-compute/Reader-bcompute/Failures');
  });
});
