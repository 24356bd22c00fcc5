import { vendor } from '#cli/local/vendors/klaviyo.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: {},
  secret: { apiKey: 'pk_private' },
  profile: (n) => ({ identities: [identity('Email', ` Person.${n}@Example.com`)] }),
  person: (n) => `person.${n}@example.com`,
  vendor,
  // 10,001 in one request are tried in tests/unit/activation/klaviyo.test.ts.
  tryLimitOf: 250,
};
