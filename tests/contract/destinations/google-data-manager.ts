import { vendor } from '#cli/local/vendors/google-data-manager.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: {
    operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '1234567890' },
    loginAccount: { accountType: 'GOOGLE_ADS', accountId: '9876543210' },
    customerMatchTerms: 'accepted',
    address: {},
    tokenUrl: 'https://tokens.example.com/token',
  },
  secret: { clientId: 'the client', clientSecret: 'the client secret', refreshToken: 'the refresh token' },
  profile: (n) => ({
    identities: [
      identity('Email', ` Person.${n}@GMail.com`),
      identity('Phone_E.164', `+1503555${String(n).padStart(5, '0')}`),
    ],
    attributes: {
      'person.name.firstName': `Given${n}`,
      'person.name.lastName': 'Family',
      'homeAddress.countryCode': 'us',
      'homeAddress.postalCode': '97205',
    },
  }),
  person: (n) => digest(`person${n}@gmail.com`),
  identifiers: (n) => [digest(`person${n}@gmail.com`), digest(`+1503555${String(n).padStart(5, '0')}`)],
  vendor,
  throttled: {
    kind: 'response',
    status: 429,
    body: '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota","details":[{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"IngestionPerMinutePerProject"}}]}}',
  },
};
