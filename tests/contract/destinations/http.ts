import type { HttpRequest } from '#core/activation/http/client.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';

interface Profile {
  readonly identityMap: { readonly crmid: readonly { readonly id: string }[] };
  readonly segmentMembership: { readonly ups: Readonly<Record<string, { readonly status: string }>> };
}

/** An endpoint of a company's own: answers for each person where it can't take all of them. */
function endpoint({ invalid }: VendorWorld): FakeVendor {
  const members = new Set<string>();
  const take = ({ identityMap, segmentMembership }: Profile): number => {
    const { id } = identityMap.crmid[0]!;
    if (invalid.has(id)) return 422;
    for (const [segmentId, { status }] of Object.entries(segmentMembership.ups)) {
      const name = `${id}|${segmentId}`;
      status === 'realized' ? members.add(name) : members.delete(name);
    }
    return 200;
  };
  return {
    members: () => members,
    answer: ({ body }: HttpRequest) => {
      const { profiles } = JSON.parse(body) as { profiles: readonly Profile[] };
      const results = profiles.map((profile) => ({ status: take(profile) }));
      const isWhole = results.every(({ status }) => status === 200);
      return { kind: 'response', status: isWhole ? 200 : 207, body: isWhole ? '' : JSON.stringify({ results }) };
    },
  };
}

export const conformance: Conformance = {
  destination: { url: 'https://hooks.example.com/x', authentication: { type: 'oauth2ClientCredentials' } },
  secret: { signingKey: 'the signing key', clientId: 'client-1', clientSecret: 'client secret' },
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`)] }),
  person: (n) => `C-${n}`,
  vendor: endpoint,
  anySuccessCounts: true,
};
