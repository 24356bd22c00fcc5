import { vendor } from '#cli/local/vendors/salesforce-marketing-cloud.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: { subdomain: 'mc1', contactKey: 'CRMID', tokenUrl: 'https://tokens.example.com/token' },
  secret: { clientId: 'the client', clientSecret: 'the client secret' },
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`), identity('Email', `Person.${n}@example.com`)] }),
  person: (n) => `C-${n}`,
  vendor,
  tryLimitOf: 300,
};
