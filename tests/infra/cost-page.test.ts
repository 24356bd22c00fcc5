import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROD, TIMES } from '#cli/replay/cost/assumptions.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { FUNCTION_SIZES } from '#lib/config/defaults.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { stagesWithLanes, synthesise, templatesOf } from './stages.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'cost.md'), 'utf8');

describe('what costs are calculated from', () => {
  it('is how stage prod reads its streams, and how long it keeps records', () => {
    const { sources } = readWiring(templatesOf('prod'));
    for (const [stream, batchSize] of [
      ['collection', PROD.recordsBatch],
      ['profiles', PROD.changesBatch],
      ['memberships', PROD.changesBatch],
    ] as const) {
      expect(sources.find((source) => source.kind !== 'sqs' && source.stream === stream)).toMatchObject({
        batchSize,
        batchingWindowSeconds: PROD.windowSeconds,
        parallelizationFactor: PROD.parallelism,
      });
    }
    const [stream] = resourcesOfType(templatesOf('prod'), 'AWS::Kinesis::Stream');
    expect(stream?.properties).toMatchObject({
      RetentionPeriodHours: 24 * PROD.retentionDays,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    });
  });

  it('is the memory of its functions', () => {
    const names: Readonly<Record<keyof typeof TIMES, FunctionName>> = {
      edge: 'edge',
      collect: 'collect',
      split: 'split',
      validate: 'validate-chunk',
      stitch: 'stitch-stream',
      evaluate: 'evaluate',
      route: 'route',
      deliver: 'deliver-http',
    };
    for (const [key, name] of Object.entries(names)) {
      expect(TIMES[key as keyof typeof TIMES].memoryGb * 1_000).toBeCloseTo(FUNCTION_SIZES[name].memoryMb, -2);
    }
  });
});

describe('docs/cost.md', () => {
  it('counts the alarms of the stages, each metric of a combined one for itself', () => {
    const counted = (['prod', 'dev'] as const).map((stage) =>
      resourcesOfType(synthesise(stage, { folder: stagesWithLanes(10) }), 'AWS::CloudWatch::Alarm').reduce(
        (sum, { properties }) => {
          const metrics = (properties.Metrics ?? []) as readonly { readonly MetricStat?: object }[];
          return sum + Math.max(1, metrics.filter(({ MetricStat }) => MetricStat !== undefined).length);
        },
        0,
      ),
    );
    const cells = counted.map((metrics) => (metrics * 0.1).toFixed(2));
    expect(/^\| Alarms +\| +([\d.]+) \| +([\d.]+) \|/m.exec(PAGE)?.slice(1)).toEqual(cells);
  });
});
