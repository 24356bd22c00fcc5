import { fault, vendor } from '#cli/local/vendors/microsoft-advertising.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: {
    customerId: '1234567',
    accountId: '7654321',
    crmIds: ['CRMID'],
    tokenUrl: 'https://tokens.example.com/token',
  },
  secret: {
    developerToken: 'the developer token',
    clientId: 'the client',
    clientSecret: 'the client secret',
    refreshToken: 'the refresh token',
  },
  profile: (n) => ({
    identities: [identity('Email', ` Person.${n}@Example.com`), identity('CRMID', `C-${n}`)],
  }),
  person: (n) => digest(`person.${n}@example.com`),
  identifiers: (n) => [digest(`person.${n}@example.com`), `C-${n}`],
  vendor,
  throttled: fault('CallRateExceeded', 'CallRateExceeded', 400),
  expired: fault(109, 'AuthenticationTokenExpired', 400),
};
