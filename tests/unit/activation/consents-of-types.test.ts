import { describe, expect, it } from 'vitest';
import { describeType } from '#core/activation/describe.ts';

describe('what types send nobody without', () => {
  it.each([
    ['braze', ['marketing.email']],
    ['klaviyo', ['marketing.email']],
    ['salesforce-marketing-cloud', ['marketing.email']],
    ['airship', ['marketing.push']],
    ['adobe-target', []],
  ])('is the consent to the channel, if nothing else is written: %s', (name, consents) => {
    expect(describeType(name)!.consents).toEqual(consents);
  });
});
