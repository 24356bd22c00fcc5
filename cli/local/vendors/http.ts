import { type CreateVendor, respond } from '../vendor-server/vendor.ts';

interface Profile {
  readonly identityMap: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly segmentMembership: { readonly ups: Readonly<Record<string, { readonly status: string }>> };
}

/** An endpoint of a company's own: answers for each person where it can't take all of them. */
export const vendor: CreateVendor<unknown> = ({ invalid, takesToken, secret }) => {
  const members = new Set<string>();
  const take = ({ identityMap, segmentMembership }: Profile): number => {
    const ids = Object.values(identityMap).flatMap((own) => own.map(({ id }) => id));
    if (ids.some((id) => invalid.has(id))) return 422;
    for (const [segmentId, { status }] of Object.entries(segmentMembership.ups)) {
      for (const name of ids.map((id) => `${id}|${segmentId}`)) {
        status === 'realized' ? members.add(name) : members.delete(name);
      }
    }
    return 200;
  };
  return {
    members: () => members,
    answer: ({ headers, body }) => {
      if (secret.clientId !== undefined && !takesToken(headers.authorization)) return respond(401);
      const { profiles } = JSON.parse(body) as { profiles: readonly Profile[] };
      const results = profiles.map((profile) => ({ status: take(profile) }));
      const isWhole = results.every(({ status }) => status === 200);
      return isWhole ? respond(200) : respond(207, { results });
    },
  };
};
