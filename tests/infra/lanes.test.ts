import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { MAX_POOL_LANES } from '#core/contract/delivery-lanes.ts';
import { addChecks } from '#lib/checks.ts';
import { deployedFunctions, isAllowed } from '#tests/harness/aws-calls/policies.ts';
import { render, resourcesOfType } from '#tests/harness/poller/template.ts';
import { stagesWithLanes, synthesise } from './stages.ts';

interface Statement {
  readonly Action: string | string[];
  readonly Condition?: { readonly ArnEquals?: Readonly<Record<string, unknown>> };
}

/** What CloudFormation takes in one stack. */
const MAX_RESOURCES = 500;

describe('a stage with as many lanes as a catalog may have destinations', () => {
  const folder = stagesWithLanes(MAX_POOL_LANES);
  afterAll(() => rmSync(folder, { recursive: true }));
  const templates = synthesise('prod', { folder, validate: true, extend: addChecks });

  it('stays within what a stack may have', () => {
    for (const [stack, { Resources }] of Object.entries(templates)) {
      expect(Object.keys(Resources ?? {}).length, stack).toBeLessThan(MAX_RESOURCES);
    }
  });

  it('has a queue, dead letters and an event source for each, with a share of its own', () => {
    const [stack] = Object.keys(templates).filter((name) => name.endsWith('-lanes'));
    const own = { [stack!]: templates[stack!]! };
    const queues = resourcesOfType(own, 'AWS::SQS::Queue');
    expect(queues.filter(({ properties }) => properties.FifoQueue === true)).toHaveLength(2 * MAX_POOL_LANES);
    const sources = resourcesOfType(own, 'AWS::Lambda::EventSourceMapping').filter(
      ({ properties }) => properties.BatchSize === 10,
    );
    expect(sources).toHaveLength(MAX_POOL_LANES);
    for (const { properties } of sources) {
      expect(properties.ScalingConfig).toEqual({ MaximumConcurrency: 5 });
      // Whoever is not named there stays as the catalog switched it, whatever is deployed.
      expect(properties.Enabled).toBeUndefined();
    }
  });

  it('switches lanes of the pool and no others, and makes secrets that it does not read, where definitions are changed', () => {
    const management = deployedFunctions(templates).find(({ name }) => name === 'management')!;
    expect(isAllowed(management, 'secretsmanager:CreateSecret', undefined)).toBe(true);
    expect(isAllowed(management, 'secretsmanager:GetSecretValue', undefined)).toBe(false);
    const policies = resourcesOfType(templates, 'AWS::IAM::Policy').flatMap(({ stack, properties }) =>
      (properties.PolicyDocument as { Statement: Statement[] }).Statement.map((statement) => ({ stack, ...statement })),
    );
    const switching = policies.filter(({ Action }) => [Action].flat().includes('lambda:UpdateEventSourceMapping'));
    expect(switching.length).toBeGreaterThan(0);
    for (const { stack, Condition } of switching) {
      const functions = [Condition!.ArnEquals!['lambda:FunctionArn']].flat();
      expect(functions.length).toBeGreaterThan(0);
      for (const made of functions) expect(render(templates, stack, made)).toMatch(/Deliver/);
    }
  });

  it('has templates that CloudFormation takes', () => {
    for (const [stack, template] of Object.entries(templates)) {
      expect(JSON.stringify(template).length, stack).toBeLessThan(1_000_000);
    }
  });
});
