import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { addChecks } from '#lib/checks.ts';
import { FLAGS, STAGE_NAMES, synthesise } from './stages.ts';

describe.each(STAGE_NAMES)('stage %s', (stage) => {
  // Findings make the synthesis throw, with the list of them.
  it('has no finding of cdk-nag or of the rules of CloudFormation without a reason', () => {
    const context = { alarmEmails: 'operations@example.com' };
    expect(Object.keys(synthesise(stage, { validate: true, extend: addChecks, context }))).toHaveLength(4);
  });
});

describe('the checks', () => {
  /** An application with nothing but what `careless` adds, under the same rules. */
  const synthesiseStack = (careless: (stack: Stack) => void): void => {
    const app = new App({
      outdir: mkdtempSync(join(tmpdir(), 'tributary-nag-')),
      context: FLAGS,
      analyticsReporting: false,
    });
    careless(new Stack(app, 'careless'));
    addChecks(app);
    app.synth();
  };

  it('notice a bucket that answers without TLS', () => {
    expect(() => synthesiseStack((stack) => void new CfnBucket(stack, 'Bucket'))).toThrow(/AwsSolutions-S10/);
  });

  it('notice a property that CloudFormation would reject', () => {
    const careless = (stack: Stack): void =>
      new CfnTopic(stack, 'Topic').addPropertyOverride('VisibilityTimeout', 'not a property of a topic');
    expect(() => synthesiseStack(careless)).toThrow(/VisibilityTimeout/);
  });
});
