import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '#core/contract/functions.ts';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '#core/contract/metrics.ts';
import { ALARM_PATTERNS } from '#lib/constructs/alarms.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, synthesise, templatesOf } from './stages.ts';

const RUNBOOK = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const headings = [...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, text]) => text!.replaceAll('`', ''));
/** The anchor that a heading gets on a page made from Markdown. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');

describe.each(STAGE_NAMES)('alarms of stage %s', (stage) => {
  const templates = templatesOf(stage);
  const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm');
  const names = alarms.map(({ properties }) => String(properties.AlarmName));

  it('each lead to the heading of the runbook that bears their name', () => {
    expect(alarms.length).toBeGreaterThan(40);
    for (const { properties } of alarms) {
      const [, anchor] = /docs\/runbook\.md#([\w-]+)$/.exec(String(properties.AlarmDescription)) ?? [];
      const heading = headings.find((candidate) => anchorOf(candidate) === anchor);
      expect(heading, `runbook heading for ${properties.AlarmName}`).toBeDefined();
      const pattern = heading!.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/<\w+>/g, '.+');
      expect(properties.AlarmName).toMatch(new RegExp(`^${pattern}$`));
    }
  });

  it('have names that tell them apart', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('watch every dead-letter and failure queue', () => {
    const { queues } = readWiring(templates);
    const ends = queues.filter(({ redrive }) => redrive === undefined).map(({ name }) => name);
    expect(ends).toHaveLength(18);
    for (const end of ends)
      expect(names).toContain(
        `tributary-${stage}-${end.replace('.dead-letters', '-dead-letters').replace('.failures', '-failures')}`,
      );
  });

  it('watch every queue for age, every stream for its reader, every function for errors and throttles', () => {
    const { sources } = readWiring(templates);
    const functions = resourcesOfType(templates, 'AWS::Lambda::Function').filter(
      ({ properties }) => properties.Runtime === 'nodejs24.x' && String(properties.Description).startsWith('Tributary'),
    );
    for (const source of sources) {
      const watched = source.kind === 'sqs' ? `${source.queue}-age` : `${source.function}-iterator-age`;
      expect(names).toContain(`tributary-${stage}-${watched}`);
    }
    for (const kind of ['errors', 'throttles']) {
      expect(names.filter((name) => name.endsWith(`-${kind}`))).toHaveLength(functions.length);
    }
    expect(functions).toHaveLength(FUNCTION_NAMES.length);
  });

  it('on metrics of the platform use names and dimensions that functions emit', () => {
    const own = alarms.filter(({ properties }) => properties.Namespace === METRIC_NAMESPACE);
    expect(own).toHaveLength(7);
    for (const { properties } of own) {
      expect(Object.values(METRICS)).toContain(properties.MetricName);
      const dimensions = (properties.Dimensions as { Name: string }[]).map(({ Name }) => Name);
      expect(dimensions.sort()).toEqual([...METRIC_DIMENSIONS].sort());
    }
  });

  it('stay silent while there is nothing to measure', () => {
    for (const { properties } of alarms) expect(properties.TreatMissingData).toBe('notBreaching');
  });
});

describe('the runbook', () => {
  it('has a heading for every kind of alarm and none for a kind that no longer exists', () => {
    const described = headings.filter((heading) => heading.startsWith('tributary-<stage>-'));
    expect(described.sort()).toEqual(ALARM_PATTERNS.map((pattern) => `tributary-<stage>-${pattern}`).sort());
  });
});

describe('alarm e-mail', () => {
  it('tells somebody about every alarm, through an encrypted topic', () => {
    const templates = synthesise('prod', { context: { alarmEmail: 'operations@example.com' } });
    const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(0);
    for (const { properties } of alarms) expect(properties.AlarmActions).toHaveLength(1);
    const [topic, ...others] = resourcesOfType(templates, 'AWS::SNS::Topic');
    expect(others).toEqual([]);
    expect(topic?.properties.KmsMasterKeyId).toBeDefined();
  });

  it('is left out when nobody is named', () => {
    const templates = templatesOf('prod');
    expect(resourcesOfType(templates, 'AWS::SNS::Topic')).toEqual([]);
    for (const { properties } of resourcesOfType(templates, 'AWS::CloudWatch::Alarm')) {
      expect(properties.AlarmActions).toBeUndefined();
    }
  });
});
