import { vendor } from '#cli/local/vendors/pinterest-customer-lists.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: { adAccount: '549755885175', tokenUrl: 'https://tokens.example.com/token' },
  secret: { clientId: 'the client', clientSecret: 'the client secret', refreshToken: 'the refresh token' },
  profile: (n) => ({ identities: [identity('Email', ` Person.${n}@Example.com`)] }),
  person: (n) => digest(`person.${n}@example.com`),
  vendor,
};
