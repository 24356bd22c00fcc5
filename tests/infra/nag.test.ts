import { type App, Stack } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { addChecks } from '#lib/checks.ts';
import { STAGE_NAMES, synthesise } from './stages.ts';

const SECONDS = { timeout: 60_000 };

describe.each(STAGE_NAMES)('stage %s', (stage) => {
  // Findings make the synthesis throw, with the list of them.
  it('has no finding of cdk-nag or of the rules of CloudFormation without a reason', SECONDS, () => {
    const context = { alarmEmail: 'operations@example.com' };
    expect(Object.keys(synthesise(stage, { validate: true, extend: addChecks, context }))).toHaveLength(3);
  });
});

describe('the checks', () => {
  it('notice a bucket that answers without TLS', SECONDS, () => {
    const extend = (app: App): void => {
      addChecks(app);
      new CfnBucket(new Stack(app, 'careless'), 'Bucket');
    };
    expect(() => synthesise('dev', { validate: true, extend })).toThrow(/AwsSolutions-S10/);
  });

  it('notice a property that CloudFormation would refuse', SECONDS, () => {
    const extend = (app: App): void => {
      const queue = new CfnQueue(new Stack(app, 'careless'), 'Queue');
      queue.addPropertyOverride('VisibilityTimeout', 1_000_000);
    };
    expect(() => synthesise('dev', { validate: true, extend })).toThrow(/VisibilityTimeout/);
  });
});
