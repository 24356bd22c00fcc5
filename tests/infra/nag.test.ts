import { describe, expect, it } from 'vitest';
import { STAGE_NAMES, synthesise } from './stages.ts';

describe.each(STAGE_NAMES)('stage %s', (stage) => {
  // Findings make the synthesis throw, with the list of them.
  it('has no finding of cdk-nag or of the rules of CloudFormation without a reason', { timeout: 60_000 }, () => {
    const context = { alarmEmail: 'operations@example.com' };
    expect(Object.keys(synthesise(stage, { validate: true, context }))).toHaveLength(3);
  });
});
