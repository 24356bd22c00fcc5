import { vendor } from '#cli/local/vendors/airship.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance } from './conformance.ts';

export const conformance: Conformance = {
  destination: { site: 'eu', identities: { namedUser: ['CRMID'] } },
  secret: { appKey: 'the-app-key', masterSecret: 'the master secret' },
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`)] }),
  person: (n) => `C-${n}`,
  vendor,
};
