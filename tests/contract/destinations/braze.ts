import { vendor } from '#cli/local/vendors/braze.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: { url: 'https://rest.fra-01.braze.eu', identities: { externalId: ['CRMID'] } },
  secret: { bearerToken: 'rest api key' },
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`), identity('Email', `person.${n}@example.com`)] }),
  person: (n) => `C-${n}`,
  vendor,
};
