import { respond } from '#cli/local/vendor-server/vendor.ts';
import { vendor } from '#cli/local/vendors/aws-sms.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: {
    region: 'eu-central-1',
    originationIdentity: 'pool-0123456789abcdef0123456789abcdef',
    template: { A1: 'A1 {{person.name.firstName|there}}', A2: 'A2 {{person.name.firstName|there}}' },
    perDay: 20,
    optOuts: { dataset: 'sms-opt-outs' },
    requestsPerSecond: 100,
  },
  secret: {},
  profile: (n) => ({
    identities: [identity('CRMID', `C-${n}`), identity('Phone_E.164', `0049 30 2312 5${100 + n}`)],
    attributes: { 'person.name.firstName': `Person ${n}` },
  }),
  person: (n) => `+493023125${100 + n}`,
  throttled: respond(400, { __type: 'ThrottlingException', Message: 'Rate exceeded' }),
  texts: {
    optedOut: respond(400, { __type: 'ConflictException', Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' }),
    lists: false,
  },
  vendor,
};
