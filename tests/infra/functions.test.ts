import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ENVIRONMENT,
  FUNCTION_NAMES,
  type FunctionName,
  functionEntry,
  OF_DISTRIBUTIONS,
} from '#core/contract/functions.ts';
import { follow, identityOf, type Resource, render, resourcesOfType } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

/** A variable of every function that its schema does not know. */
const OF_THE_RUNTIME = ['NODE_OPTIONS', 'AWS_LAMBDA_LOG_FORMAT'];

describe.each(STAGE_NAMES)('functions of stage %s', (stage) => {
  const templates = templatesOf(stage);
  const handle = resourcesOfType(templates, 'AWS::SSM::Parameter').find(({ properties }) =>
    String(properties.Name).endsWith('/functions'),
  )!;
  const labels = JSON.parse(render(templates, handle.stack, handle.properties.Value)) as Record<string, string>;
  const functions = resourcesOfType(templates, 'AWS::Lambda::Function');
  const byLabel = Object.entries(labels).map(([label, identity]) => {
    const made = functions.find((candidate) => identityOf(candidate) === identity)!;
    return { label, name: label.split('/')[0] as FunctionName, made };
  });
  const variablesOf = (made: Resource): Record<string, string> => {
    const { Variables } = made.properties.Environment as { Variables: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(Variables).map(([key, value]) => [key, render(templates, made.stack, value)]),
    );
  };

  it('are all those of the contract, but those that a stage has to ask for: of distributions, and of copies for the edge', () => {
    const wanted = FUNCTION_NAMES.filter((name) => !OF_DISTRIBUTIONS.includes(name) && name !== 'project-edge');
    expect([...new Set(byLabel.map(({ name }) => name))].sort()).toEqual(wanted.sort());
  });

  it('each have exactly the environment they ask for', () => {
    expect(byLabel.length).toBeGreaterThan(0);
    for (const { name, made } of byLabel) {
      const variables = variablesOf(made);
      expect(ENVIRONMENT[name].safeParse(variables).error?.issues ?? []).toEqual([]);
      expect(
        Object.keys(variables)
          .filter((key) => !OF_THE_RUNTIME.includes(key))
          .sort(),
      ).toEqual(Object.keys(ENVIRONMENT[name].shape).sort());
    }
  });

  it('are given names of resources of the right kind', () => {
    const expected: Record<string, string> = {
      TABLE: 'AWS::DynamoDB::GlobalTable',
      BUCKET: 'AWS::S3::Bucket',
      URL: 'AWS::SQS::Queue',
    };
    let seen = 0;
    for (const { made } of byLabel) {
      const { Variables } = made.properties.Environment as { Variables: Record<string, unknown> };
      for (const [key, value] of Object.entries(Variables)) {
        const type = expected[key.split('_').at(-1)!];
        if (type === undefined) continue;
        const resource = follow(templates, made.stack, value);
        expect(resource.type, key).toBe(type);
        expect(resource.logicalId.toUpperCase()).toContain(key.split('_')[0]);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(30);
  });

  it('run on Node 24 with source maps, a limit of their own and a log that ends', () => {
    for (const { made } of byLabel) {
      expect(made.properties).toMatchObject({ Runtime: 'nodejs24.x', Handler: 'index.handler' });
      expect(made.properties.MemorySize).toBeGreaterThanOrEqual(128);
      expect(made.properties.Timeout).toBeGreaterThan(3);
      expect(variablesOf(made).NODE_OPTIONS).toBe('--enable-source-maps');
      const { LogGroup } = made.properties.LoggingConfig as { LogGroup: unknown };
      expect(follow(templates, made.stack, LogGroup).properties.RetentionInDays).toBeGreaterThan(0);
    }
  });

  it('are traced and run on arm64 in the cloud', () => {
    for (const { made } of byLabel) {
      const { TracingConfig, Architectures } = made.properties as { TracingConfig?: object; Architectures: string[] };
      if (stage === 'local') expect(TracingConfig).toBeUndefined();
      else {
        expect(TracingConfig).toEqual({ Mode: 'Active' });
        expect(Architectures).toEqual(['arm64']);
      }
    }
  });

  it('may reach private addresses on a laptop only', () => {
    const asked = byLabel
      .map(({ made }) => variablesOf(made).ALLOW_PRIVATE_ENDPOINTS)
      .filter((flag) => flag !== undefined);
    expect(asked).toEqual(Array(5).fill(String(stage === 'local')));
  });

  it('that the clock starts are tried again, then reported', () => {
    const rules = resourcesOfType(templates, 'AWS::Events::Rule');
    expect(rules.map(({ properties }) => properties.ScheduleExpression).sort()).toEqual([
      'cron(0 * * * ? *)',
      'cron(0 * * * ? *)',
      'cron(0 * * * ? *)',
      'cron(0 1 * * ? *)',
      'cron(10 * * * ? *)',
      'cron(30 0 * * ? *)',
      'cron(59 * * * ? *)',
      'rate(1 minute)',
      'rate(6 hours)',
    ]);
    // Every delivery lane of files that the stage has has a run of its own; those of the pool have one for all of them.
    const inputs = rules.flatMap(({ properties: { Targets } }) =>
      (Targets as { Input?: string }[]).flatMap(({ Input }) => (Input === undefined ? [] : [JSON.parse(Input)])),
    );
    expect(inputs.map(({ laneId }) => laneId).sort()).toEqual(['audience-manager.hub', 'crm-export', undefined]);
    expect(inputs.find(({ except }) => except !== undefined)).toEqual({
      except: ['crm-export', 'audience-manager.hub'],
      scheduled: true,
    });
    const started = rules.map((rule) => {
      const [target] = rule.properties.Targets as { Arn: unknown; DeadLetterConfig: unknown }[];
      expect(target!.DeadLetterConfig).toBeDefined();
      return identityOf(follow(templates, rule.stack, target!.Arn));
    });
    const retried = resourcesOfType(templates, 'AWS::Lambda::EventInvokeConfig').map((config) => {
      expect(config.properties).toMatchObject({ MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: {} } });
      return identityOf(follow(templates, config.stack, config.properties.FunctionName));
    });
    expect(retried.sort()).toEqual([...new Set(started)].sort());
    expect(retried).toHaveLength(7);
  });
});

describe('entries of the functions', () => {
  it('exist where the contract says', () => {
    const root = join(import.meta.dirname, '..', '..');
    expect(FUNCTION_NAMES.filter((name) => !existsSync(join(root, functionEntry(name))))).toEqual([]);
  });
});
