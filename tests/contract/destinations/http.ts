import { vendor } from '#cli/local/vendors/http.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: { url: 'https://hooks.example.com/x', authentication: { type: 'oauth2ClientCredentials' } },
  secret: { signingKey: 'the signing key', clientId: 'client-1', clientSecret: 'client secret' },
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`)] }),
  person: (n) => `C-${n}`,
  vendor,
  anySuccessCounts: true,
};
