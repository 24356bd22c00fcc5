import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addChecks } from '#lib/checks.ts';
import { allResources, resourcesOfType } from '#tests/harness/poller/template.ts';
import { synthesise } from './stages.ts';

/** A stage as a company would add it: a file, and nothing else. */
const STAGE = `
removal: destroy
emptyBuckets: true
deletionProtection: false
tags: { cost-centre: '4711', Owner: data platform }
permissionsBoundary: company/boundary
alarmTopicArn: arn:aws:sns:eu-central-1:123456789012:operations
logRetentionDays: 180
functions:
  evaluate: { reservedConcurrency: 50 }
  deliver-http: { memoryMb: 1024 }
destinations:
  - { id: webhook, type: http }
  - { id: further, type: http, maxConcurrency: 7 }
  - { id: partner, type: s3-file }
`;

describe('a stage of one file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-stages-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const stage = 'qa-eu';
  writeFileSync(join(folder, `${stage}.yaml`), STAGE);
  const templates = synthesise(stage, { folder, validate: true, extend: addChecks });
  const functions = resourcesOfType(templates, 'AWS::Lambda::Function').filter(({ properties }) =>
    String(properties.Description).startsWith('Tributary'),
  );
  const described = (text: string) =>
    functions.filter(({ properties }) => String(properties.Description).includes(text));

  it('is four stacks under its name, without a finding of cdk-nag or of the rules of CloudFormation', () => {
    expect(Object.keys(templates).sort()).toEqual(
      ['activation', 'compute', 'data', 'lanes'].map((part) => `tributary-${stage}-${part}`),
    );
  });

  it('has its tags wherever there are tags', () => {
    const tagged = allResources(templates).filter(({ properties }) => Array.isArray(properties.Tags));
    expect(tagged.length).toBeGreaterThan(40);
    for (const { properties } of tagged) {
      expect(properties.Tags).toEqual(
        expect.arrayContaining([
          { Key: 'Owner', Value: 'data platform' },
          { Key: 'cost-centre', Value: '4711' },
          { Key: 'project', Value: 'tributary' },
          { Key: 'stage', Value: stage },
        ]),
      );
    }
  });

  it('limits every role, also those of functions of the CDK', () => {
    const roles = resourcesOfType(templates, 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(functions.length);
    for (const { properties } of roles)
      expect(JSON.stringify(properties.PermissionsBoundary)).toContain(':policy/company/boundary');
  });

  it('has the sizes, concurrency and retention that it says, and the defaults for the rest', () => {
    const evaluate = functions.filter(({ logicalId }) => logicalId.startsWith('EvaluateFunction'));
    expect(evaluate.map(({ properties }) => properties.ReservedConcurrentExecutions)).toEqual([50]);
    expect(functions.filter(({ properties }) => 'ReservedConcurrentExecutions' in properties)).toHaveLength(1);
    expect(described('queued for further').map(({ properties }) => properties.MemorySize)).toEqual([1024]);
    expect(described('queued for partner').map(({ properties }) => properties.MemorySize)).toEqual([512]);
    const logs = resourcesOfType(templates, 'AWS::Logs::LogGroup');
    expect(logs.length).toBeGreaterThanOrEqual(functions.length);
    for (const { properties } of logs) expect(properties.RetentionInDays).toBe(180);
  });

  it('has a delivery lane for each destination', () => {
    const [queues] = resourcesOfType(templates, 'AWS::SSM::Parameter').filter(
      ({ properties }) => properties.Name === `/tributary/${stage}/destination-queues`,
    );
    for (const id of ['webhook', 'further', 'partner']) expect(JSON.stringify(queues?.properties.Value)).toContain(id);
    const limits = resourcesOfType(templates, 'AWS::Lambda::EventSourceMapping').map(
      ({ properties }) => (properties.ScalingConfig as { MaximumConcurrency: number } | undefined)?.MaximumConcurrency,
    );
    expect(limits).toContain(7);
  });

  it('has a database of Athena whose name needs no quotation marks', () => {
    const [database] = resourcesOfType(templates, 'AWS::Glue::Database');
    expect(database?.properties.DatabaseInput).toMatchObject({ Name: 'tributary_qa_eu' });
  });
});
