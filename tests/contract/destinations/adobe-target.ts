import { vendor } from '#cli/local/vendors/adobe-target.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: { client: 'acmeinc', identities: { thirdPartyId: ['CRMID'] }, authenticated: true },
  secret: { bearerToken: 'profile token' },
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`)] }),
  person: (n) => `C-${n}`,
  vendor,
  tryLimitOf: 300,
};
