import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { stagesWithLanes, synthesise, templatesOf } from './stages.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: object;
}

const ACCOUNTS = { StringEquals: { 'aws:SourceAccount': ['111122223333'] } };
const statementsOf = (properties: Readonly<Record<string, unknown>>, name: string): readonly Statement[] =>
  (properties[name] as { readonly Statement: readonly Statement[] }).Statement;

describe('what AWS says of texts', () => {
  const without = stagesWithLanes(1);
  afterAll(() => rmSync(without, { recursive: true }));

  it('is published by the service for the accounts that the stage names, encrypted and over TLS, by nobody else', () => {
    const templates = templatesOf('prod');
    const policies = resourcesOfType(templates, 'AWS::SNS::TopicPolicy').map(({ properties }) =>
      statementsOf(properties, 'PolicyDocument'),
    );
    const service = 'sms-voice.amazonaws.com';
    const own = policies.filter((policy) => policy.some(({ Principal }) => Principal?.Service === service));
    expect(own).toHaveLength(1);
    expect(own[0]!.filter(({ Effect }) => Effect === 'Allow')).toMatchObject([
      { Action: 'sns:Publish', Principal: { Service: service }, Condition: ACCOUNTS },
    ]);
    expect(
      own[0]!.some(({ Effect, Condition }) => Effect === 'Deny' && JSON.stringify(Condition).includes('Secure')),
    ).toBe(true);
    const keys = resourcesOfType(templates, 'AWS::KMS::Key').flatMap(({ properties }) =>
      statementsOf(properties, 'KeyPolicy').filter(({ Principal }) => Principal?.Service === service),
    );
    expect(keys).toMatchObject([{ Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Condition: ACCOUNTS }]);
    const [subscription] = resourcesOfType(templates, 'AWS::SNS::Subscription').filter(
      ({ properties }) => properties.Protocol === 'sqs',
    );
    expect(subscription!.properties.RawMessageDelivery).toBe(true);
  });

  it('has no place in a stage that names no account', () => {
    const templates = synthesise('dev', { folder: without });
    for (const type of ['AWS::SNS::Topic', 'AWS::SNS::Subscription', 'AWS::KMS::Key']) {
      expect(resourcesOfType(templates, type)).toEqual([]);
    }
    const functions = resourcesOfType(templates, 'AWS::Lambda::Function').map(({ logicalId }) => logicalId);
    expect(functions.filter((id) => id.startsWith('TextEvents'))).toEqual([]);
  });
});

describe('the function that vendors of texts call', () => {
  it('reads secrets of destinations that send texts, as they are marked, and the key of numbers', () => {
    const [policy] = resourcesOfType(templatesOf('prod'), 'AWS::IAM::Policy').filter(({ logicalId }) =>
      logicalId.startsWith('TextCallback'),
    );
    const reading = statementsOf(policy!.properties, 'PolicyDocument').filter(({ Action }) =>
      [Action].flat().includes('secretsmanager:GetSecretValue'),
    );
    const marked = { StringEquals: { [`aws:ResourceTag/${TEXT_SECRET_TAG.key}`]: TEXT_SECRET_TAG.value } };
    expect(reading).toHaveLength(2);
    for (const { Condition, ...statement } of reading) {
      const isPool = JSON.stringify(statement).includes('/destinations/*');
      expect(Condition).toEqual(isPool ? marked : undefined);
    }
  });
});
