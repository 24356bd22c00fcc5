import { respond } from '#cli/local/vendor-server/vendor.ts';
import { vendor } from '#cli/local/vendors/tiktok.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

const said = (code: number, message: string) => respond(200, { code, message, request_id: '2026', data: {} });

export const conformance: Conformance = {
  destination: { advertiserId: '7000001', peoplePerRequest: 50 },
  secret: { accessToken: 'the access token' },
  profile: (n) => ({
    identities: [
      identity('Email', ` Person.${n}@Example.com`),
      ...(n % 2 === 0 ? [identity('Phone_E.164', `+1503555${String(n).padStart(5, '0')}`)] : []),
    ],
  }),
  person: (n) => digest(`person.${n}@example.com`),
  identifiers: (n) => [
    digest(`person.${n}@example.com`),
    ...(n % 2 === 0 ? [digest(`1503555${String(n).padStart(5, '0')}`)] : []),
  ],
  vendor,
  throttled: said(40_100, 'Too many requests (QPM). Please try again later.'),
  expired: said(40_102, 'Access token is expired.'),
};
