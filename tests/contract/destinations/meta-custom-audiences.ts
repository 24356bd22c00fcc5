import { vendor } from '#cli/local/vendors/meta-custom-audiences.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: { adAccount: '1234567890', externalIds: ['CRMID'], details: {} },
  secret: { bearerToken: 'the system user token', appSecret: 'the app secret' },
  profile: (n) => ({
    identities: [
      identity('Email', ` Person.${n}@Example.com`),
      identity('Phone_E.164', `+1503555${String(n).padStart(5, '0')}`),
      identity('CRMID', `C-${n}`),
    ],
    attributes: {
      'person.name.firstName': `Given${n}`,
      'homeAddress.countryCode': 'US',
      'homeAddress.postalCode': '97205-1234',
    },
  }),
  person: (n) => digest(`person.${n}@example.com`),
  identifiers: (n) => [digest(`person.${n}@example.com`), digest(`1503555${String(n).padStart(5, '0')}`)],
  vendor,
  throttled: {
    kind: 'response',
    status: 400,
    headers: {
      'x-business-use-case-usage':
        '{"1234567890":[{"type":"custom_audience","call_count":100,"estimated_time_to_regain_access":3}]}',
    },
    body: '{"error":{"message":"There have been too many calls to this ad-account.","type":"OAuthException","code":80003,"fbtrace_id":"A"}}',
  },
  expired: {
    kind: 'response',
    status: 401,
    body: '{"error":{"message":"Error validating access token","type":"OAuthException","code":190,"error_subcode":463}}',
  },
};
