import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, OF_DISTRIBUTIONS } from '#core/contract/functions.ts';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '#core/contract/metrics.ts';
import { ALARM_PATTERNS } from '#lib/constructs/alarms.ts';
import { TABLE_OPERATIONS } from '#lib/constructs/table-alarms.ts';
import { sectionsOf } from '#tests/harness/documents/markdown.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { follow, identityOf, type Resource, resourcesOfType, type Templates } from '#tests/harness/poller/template.ts';
import { contextOf, STAGE_NAMES, synthesise, templatesOf } from './stages.ts';

const RUNBOOK = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const headings = sectionsOf(RUNBOOK);

/** The headings of the runbook that a description leads to. */
const headingsOf = (description: unknown, runbook: string): string[] => {
  const [, page, anchor] = / What to do: (\S+)#(\S+)$/.exec(String(description)) ?? [];
  return page === runbook ? headings.filter((heading) => heading.anchor === anchor).map(({ title }) => title) : [];
};

describe.each(STAGE_NAMES)('alarms of stage %s', (stage) => {
  const templates = templatesOf(stage);
  const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm');
  const names = alarms.map(({ properties }) => String(properties.AlarmName));

  it('each lead to the heading of the runbook that bears their name', () => {
    expect(alarms.length).toBeGreaterThan(40);
    for (const { properties } of alarms) {
      const [heading, ...others] = headingsOf(properties.AlarmDescription, 'docs/runbook.md');
      expect(heading, `runbook heading for ${properties.AlarmName}`).toBeDefined();
      expect(others).toEqual([]);
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
    expect(ends).toHaveLength(23);
    for (const end of ends)
      expect(names).toContain(
        `tributary-${stage}-${end.replace('.dead-letters', '-dead-letters').replace('.failures', '-failures')}`,
      );
  });

  it('call queues by their names, and readers of streams by theirs', () => {
    const { sources } = readWiring(templates);
    const functions = resourcesOfType(templates, 'AWS::Lambda::Function').filter(
      ({ properties }) => properties.Runtime === 'nodejs24.x' && String(properties.Description).startsWith('Tributary'),
    );
    for (const source of sources) {
      const watched = source.kind === 'sqs' ? `${source.queue}-age` : `${source.function}-iterator-age`;
      expect(names).toContain(`tributary-${stage}-${watched}`);
    }
    // The pool has two more of those that deliver, and nobody makes copies for the edge unless it is said.
    expect(functions).toHaveLength(FUNCTION_NAMES.length - OF_DISTRIBUTIONS.length + 1);
  });

  it('on metrics of the platform use names and dimensions that functions emit', () => {
    const own = alarms.filter(({ properties }) => properties.Namespace === METRIC_NAMESPACE);
    expect(own).toHaveLength(10);
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
    const described = headings.map(({ title }) => title).filter((title) => title.startsWith('tributary-<stage>-'));
    expect(described.sort()).toEqual(ALARM_PATTERNS.map((pattern) => `tributary-<stage>-${pattern}`).sort());
  });
});

describe('an address of the runbook', () => {
  it('makes every alarm link to its heading there', () => {
    const runbookUrl = 'https://git.example.com/tributary/docs/runbook.md';
    const templates = synthesise('dev', { context: { runbookUrl } });
    const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(40);
    for (const { properties } of alarms) expect(headingsOf(properties.AlarmDescription, runbookUrl)).toHaveLength(1);
    const [dashboard] = resourcesOfType(templates, 'AWS::CloudWatch::Dashboard');
    expect(JSON.stringify(dashboard?.properties)).toContain(runbookUrl);
  });
});

/** That of text events has a name, for others to write down. */
const topicsOfAlarms = (templates: Templates): Resource[] =>
  resourcesOfType(templates, 'AWS::SNS::Topic').filter(({ properties }) => properties.TopicName === undefined);

describe('alarms', () => {
  it('reach somebody in every protected stage, through an encrypted topic', () => {
    const several = ['operations@example.com', 'oncall@example.com'];
    for (const emails of [[contextOf('prod').alarmEmails], several]) {
      const templates =
        emails === several ? synthesise('prod', { context: { alarmEmails: several } }) : templatesOf('prod');
      const [topic, ...others] = topicsOfAlarms(templates);
      expect(others).toEqual([]);
      expect(topic?.properties.KmsMasterKeyId).toBeDefined();
      const subscriptions = resourcesOfType(templates, 'AWS::SNS::Subscription').map(({ properties }) => properties);
      expect(subscriptions.filter(({ Protocol }) => Protocol === 'email')).toMatchObject(
        emails.map((Endpoint) => ({ Protocol: 'email', Endpoint })),
      );
      const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm');
      expect(alarms.length).toBeGreaterThan(0);
      for (const { stack, properties } of alarms) {
        const actions = properties.AlarmActions as unknown[];
        expect(actions.map((action) => identityOf(follow(templates, stack, action)))).toEqual([identityOf(topic!)]);
        expect(properties.ActionsEnabled).not.toBe(false);
      }
    }
  });

  it('are sent to a topic that there is already, and none is made', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-central-1:123456789012:operations';
    const templates = synthesise('dev', { context: { alarmTopicArn } });
    expect(topicsOfAlarms(templates)).toEqual([]);
    const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(40);
    for (const { properties } of alarms) expect(properties.AlarmActions).toEqual([alarmTopicArn]);
  });

  it('tell nobody where nobody is named and nobody has to be', () => {
    const templates = templatesOf('dev');
    expect(topicsOfAlarms(templates)).toEqual([]);
    for (const { properties } of resourcesOfType(templates, 'AWS::CloudWatch::Alarm')) {
      expect(properties.AlarmActions).toBeUndefined();
    }
  });
});

describe('alarms on errors of DynamoDB', () => {
  it('count all that functions ask of tables', () => {
    const adapters = join(import.meta.dirname, '..', '..', 'lambdas');
    const asked = readdirSync(adapters, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(join(adapters, file), 'utf8').matchAll(/new (\w+Items?|Query|Scan)Command\(/g),
      ]);
    const operations = [...new Set(asked.map(([, operation]) => operation))].sort();
    expect(operations.length).toBeGreaterThan(5);
    expect([...TABLE_OPERATIONS].sort()).toEqual(operations);
  });
});
