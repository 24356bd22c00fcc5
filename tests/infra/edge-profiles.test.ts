import { describe, expect, it } from 'vitest';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { stageLike, synthesise, templatesOf, templatesWithEdgeProfiles } from './stages.ts';

const tableIn = (templates: ReturnType<typeof templatesOf>) =>
  resourcesOfType(templates, 'AWS::DynamoDB::GlobalTable').find(({ logicalId }) =>
    logicalId.startsWith('EdgeProfiles'),
  )!;

describe('copies of profiles for the edge', () => {
  it('are kept up by one function, which reads the streams of profiles and of memberships, and is watched', () => {
    const templates = templatesWithEdgeProfiles();
    const readers = readWiring(templates).sources.filter(({ function: reader }) => reader === 'project-edge');
    expect(readers.map((source) => 'stream' in source && source.stream).sort()).toEqual(['memberships', 'profiles']);
    for (const source of readers) {
      expect(source).toMatchObject({ reportBatchItemFailures: true, onFailure: 'project-edge.failures' });
    }
    const alarms = resourcesOfType(templates, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmName);
    for (const what of ['errors', 'throttles', 'iterator-age', 'failures']) {
      expect(alarms).toContain(`tributary-prod-project-edge-${what}`);
    }
  });

  it('are made where the stage says so, and read by the edge only where it says that too', () => {
    const modeOf = (templates: ReturnType<typeof templatesOf>) =>
      resourcesOfType(templates, 'AWS::Lambda::Function').flatMap(({ properties }) => {
        const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
        return Variables.LATE_QUEUE_URL ? [Variables.EDGE_PROFILES] : [];
      });
    expect(modeOf(templatesOf('prod'))).toEqual(['off']);
    expect(readWiring(templatesOf('prod')).sources.map((source) => source.function)).not.toContain('project-edge');
    expect(modeOf(templatesWithEdgeProfiles())).toEqual(['written']);
    expect(modeOf(synthesise('dev', { folder: stageLike('dev', 'edge: { profiles: read }') }))).toEqual(['read']);
  });

  it('have a replica in each of the other regions, protected like the table itself; nothing else has', () => {
    const more = 'region: eu-central-1\nedgeRegions: [us-east-1, ap-southeast-2]\n';
    const templates = synthesise('prod', { folder: stageLike('prod', more) });
    const { Replicas } = tableIn(templates).properties as { Replicas: { Region: unknown }[] };
    expect(Replicas).toMatchObject(
      ['us-east-1', 'ap-southeast-2', 'eu-central-1'].map((Region) => ({
        Region,
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      })),
    );
    const others = resourcesOfType(templates, 'AWS::DynamoDB::GlobalTable').filter(
      ({ logicalId }) => !logicalId.startsWith('EdgeProfiles'),
    );
    for (const { properties } of others) expect(properties.Replicas).toHaveLength(1);
    expect(readWiring(templates).sources.map((source) => source.function)).toContain('project-edge');
  });

  it.each([
    ['edgeRegions: [us-east-1]', /has to name/],
    ['region: us-east-1\nedgeRegions: [us-east-1]', /has to name/],
    ['region: us-east-1\nedgeRegions: [us-west-2, us-west-2]', /each region once/],
  ])('%j is rejected', (more, message) => {
    expect(() => synthesise('dev', { folder: stageLike('dev', more) })).toThrow(message);
  });
});
