import { describe, expect, it } from 'vitest';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { follow, type Resource, resourcesOfType } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

const HOUR = 3600;

describe.each(STAGE_NAMES)('event sources of stage %s', (stage) => {
  const templates = templatesOf(stage);
  const mappings = resourcesOfType(templates, 'AWS::Lambda::EventSourceMapping');
  const sourceOf = (mapping: Resource): Resource => follow(templates, mapping.stack, mapping.properties.EventSourceArn);
  const onStreams = mappings.filter((mapping) => sourceOf(mapping).type !== 'AWS::SQS::Queue');
  const onQueues = mappings.filter((mapping) => sourceOf(mapping).type === 'AWS::SQS::Queue');

  it('are the four streams, the three queues of files, the three queues of jobs, that of compaction, that of batches to be taken back, that of what is routed anew, that of records the stream had no room for, that of what is said of texts, and one queue for every delivery lane', () => {
    const wired = readWiring(templates).sources.map((source) => [
      source.kind === 'sqs' ? source.queue : source.stream,
      source.function,
    ]);
    expect(Object.fromEntries(wired)).toEqual({
      collection: 'stitch-stream',
      profiles: 'evaluate',
      memberships: 'route',
      operations: 'count',
      landing: 'split',
      validation: 'validate-chunk',
      chunks: 'stitch-chunk',
      evaluation: 'evaluate-partition',
      expiry: 'expire-partition',
      deletion: 'delete-dataset-partition',
      erasure: 'erase-partition',
      compaction: 'compact-lake',
      reverts: 'revert-batch',
      reroutes: 'reroute',
      late: 'collect-late',
      'text-events': 'text-events',
      webhook: 'deliver-http/webhook',
      'crm-export': 'deliver-s3-file/crm-export',
      'audience-manager.edge': 'deliver-aam-edge/audience-manager.edge',
      'audience-manager.hub': 'deliver-aam-hub/audience-manager.hub',
      'lane-001': 'deliver-http/pool',
      files: 'deliver-s3-file/files',
    });
    expect(wired).toHaveLength(22);
  });

  it('let a function name the items it could not do', () => {
    expect(mappings.length).toBeGreaterThan(0);
    for (const { properties } of mappings)
      expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  it('leave no setting of a stream to chance', () => {
    expect(onStreams).toHaveLength(4);
    for (const { properties } of onStreams) {
      expect(properties).toMatchObject({
        BisectBatchOnFunctionError: true,
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: expect.any(Number),
        MaximumBatchingWindowInSeconds: expect.any(Number),
        ParallelizationFactor: expect.any(Number),
        MaximumRetryAttempts: expect.any(Number),
        MaximumRecordAgeInSeconds: expect.any(Number),
      });
      expect(properties.MaximumRetryAttempts).toBeGreaterThan(0);
    }
  });

  it('give up on a record while its stream still has it, and say so in a queue', () => {
    for (const mapping of onStreams) {
      const { DestinationConfig, MaximumRecordAgeInSeconds } = mapping.properties as {
        DestinationConfig: { OnFailure: { Destination: unknown } };
        MaximumRecordAgeInSeconds: number;
      };
      expect(follow(templates, mapping.stack, DestinationConfig.OnFailure.Destination).type).toBe('AWS::SQS::Queue');
      const retentionHours = Number(sourceOf(mapping).properties.RetentionPeriodHours ?? 24);
      expect(MaximumRecordAgeInSeconds).toBeGreaterThanOrEqual(12 * HOUR);
      expect(MaximumRecordAgeInSeconds).toBeLessThan(retentionHours * HOUR);
    }
  });

  it('limit how many calls a queue may cause at once', () => {
    expect(onQueues).toHaveLength(18);
    for (const { properties } of onQueues) {
      const { MaximumConcurrency } = properties.ScalingConfig as { MaximumConcurrency: number };
      expect(MaximumConcurrency).toBeGreaterThanOrEqual(2);
      expect(MaximumConcurrency).toBeLessThanOrEqual(1000);
    }
  });

  it('keep within what AWS accepts for FIFO queues and for large batches', () => {
    for (const mapping of onQueues) {
      const { BatchSize, MaximumBatchingWindowInSeconds = 0 } = mapping.properties as Record<string, number>;
      if (sourceOf(mapping).properties.FifoQueue === true) {
        expect(BatchSize).toBeLessThanOrEqual(10);
        expect(mapping.properties).not.toHaveProperty('MaximumBatchingWindowInSeconds');
      } else if (BatchSize! > 10) {
        expect(MaximumBatchingWindowInSeconds).toBeGreaterThanOrEqual(1);
      }
    }
  });
});
