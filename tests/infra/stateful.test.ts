import { Aspects, CfnResource } from 'aws-cdk-lib';
import { CfnGlobalTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { lossesBetween, type StatefulResources, statefulOf } from '#tests/harness/stateful.ts';
import { STAGE_NAMES, synthesise, templatesOf } from './stages.ts';
import listed from './stateful.json' with { type: 'json' };

const LISTED: StatefulResources = listed;
/** What stage prod alone has. */
const partOf = (stage: string): StatefulResources => {
  const own = statefulOf(templatesOf(stage as (typeof STAGE_NAMES)[number]));
  return Object.fromEntries(Object.entries(LISTED).filter(([id]) => stage === 'prod' || id in own));
};

describe('what keeps data', () => {
  // Whoever runs a release updates its stages in place: what the list names must stay as it is. A resource is taken off the
  // list only together with a way for its data, written down in docs/operations/upgrade.md.
  it.each(STAGE_NAMES)('in stage %s is neither removed nor replaced', (stage) => {
    expect(lossesBetween(partOf(stage), statefulOf(templatesOf(stage)))).toEqual([]);
  });

  it('is on the list, all of it (tests/infra/stateful.json: add what is new)', () => {
    expect(Object.keys(statefulOf(templatesOf('prod')))).toEqual(Object.keys(LISTED));
    for (const stage of STAGE_NAMES) {
      expect(Object.keys(LISTED)).toEqual(expect.arrayContaining(Object.keys(statefulOf(templatesOf(stage)))));
    }
    expect(Object.keys(partOf('local')).length).toBeGreaterThanOrEqual(Object.keys(LISTED).length - 2);
  });
});

describe('the check', () => {
  /** The losses of an update to a stage in which something was changed. */
  const lossesAfter = (change: (node: IConstruct) => void): string[] => {
    const extend = (app: IConstruct): void => Aspects.of(app).add({ visit: change });
    return lossesBetween(LISTED, statefulOf(synthesise('prod', { extend })));
  };
  const isCalled = (node: IConstruct, name: string): boolean => node.node.path.includes(`/${name}/`);

  it('notices another key, another value of a secret, and a name', () => {
    const losses = lossesAfter((node) => {
      if (node instanceof CfnGlobalTable && isCalled(node, 'Profiles'))
        node.addPropertyOverride('KeySchema', [{ AttributeName: 'id', KeyType: 'HASH' }]);
      if (node instanceof CfnSecret && isCalled(node, 'SuppressionKey'))
        node.addPropertyOverride('GenerateSecretString.PasswordLength', 32);
      if (node instanceof CfnResource && node.cfnResourceType === 'AWS::S3::Bucket' && isCalled(node, 'Lake'))
        node.addPropertyOverride('BucketName', 'lake');
    });
    expect(losses).toEqual([
      expect.stringMatching(/^data\/Lake\w+ \(AWS::S3::Bucket\) has another BucketName/),
      expect.stringMatching(/^data\/Profiles\w+ .* has another KeySchema/),
      expect.stringMatching(/^data\/Profiles\w+ .* has another types/),
      expect.stringMatching(/^data\/SuppressionKey\w+ .* has another GenerateSecretString/),
    ]);
  });

  it('notices what is called otherwise, which CloudFormation takes for another', () => {
    const losses = lossesAfter((node) => {
      if (node instanceof CfnResource && node.cfnResourceType === 'AWS::Kinesis::Stream')
        node.overrideLogicalId('Other');
    });
    expect(losses).toEqual([expect.stringMatching(/^data\/Collection\w+ \(AWS::Kinesis::Stream\) is removed/)]);
  });
});
