import { respond } from '#cli/local/vendor-server/vendor.ts';
import { vendor } from '#cli/local/vendors/twilio.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: {
    accountSid: `AC${'1'.repeat(32)}`,
    sender: { messagingServiceSid: `MG${'2'.repeat(32)}` },
    template: { A1: 'A1 {{person.name.firstName|there}}', A2: 'A2 {{person.name.firstName|there}}' },
    perDay: 20,
    optOuts: { dataset: 'sms-opt-outs' },
    requestsPerSecond: 100,
  },
  secret: { apiKeySid: `SK${'3'.repeat(32)}`, apiKeySecret: 'api key secret' },
  profile: (n) => ({
    identities: [identity('CRMID', `C-${n}`), identity('Phone_E.164', `+1 (503) 555-0${100 + n}`)],
    attributes: { 'person.name.firstName': `Person ${n}` },
  }),
  person: (n) => `+15035550${100 + n}`,
  throttled: respond(429, { code: 20429, message: 'Too Many Requests', status: 429 }),
  texts: {
    optedOut: respond(400, { code: 21610, message: 'Attempt to send to unsubscribed recipient', status: 400 }),
    lists: true,
  },
  vendor,
};
