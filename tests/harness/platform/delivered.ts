import { pendingPrefix } from '#core/activation/files/keys.ts';
import { LatestRows, readPendingPart } from '#core/activation/files/pending.ts';
import { identityKey } from '#core/record/identity.ts';
import type { AnsweredRequest, Platform } from './platform.ts';

/** Members that a destination knows: `identity segment`, sorted. */
export type Members = readonly string[];

type Change = { readonly who: string; readonly segmentId: string; readonly isMember: boolean };

/** What each destination knows after everything it was told, in the order in which it was told. */
export async function deliveredTo(platform: Platform): Promise<Readonly<Record<string, Members>>> {
  const accepted = platform.requests.filter(({ outcome }) => outcome.kind === 'response' && outcome.status === 200);
  const isWebhook = ({ request }: AnsweredRequest): boolean => request.headers['content-type'] === 'application/json';
  const edge = fold(accepted.filter((one) => !isWebhook(one)).flatMap(edgeChanges));
  const hub = await filed(platform, 'audience-manager.hub', ({ value }) => value.toLowerCase());
  return {
    webhook: fold(accepted.filter(isWebhook).flatMap(webhookChanges)),
    'crm-export': await filed(platform, 'crm-export', identityKey),
    // A removal goes the ways the membership went, so what either way says is true.
    'audience-manager': [...new Set([...edge, ...hub])].sort(),
  };
}

function fold(changes: readonly Change[]): Members {
  const members = new Set<string>();
  for (const { who, segmentId, isMember } of changes) {
    if (isMember) members.add(`${who} ${segmentId}`);
    else members.delete(`${who} ${segmentId}`);
  }
  return [...members].sort();
}

interface WebhookBody {
  readonly profiles: readonly {
    readonly identityMap: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly segmentMembership: { readonly ups: Readonly<Record<string, { readonly status: string }>> };
  }[];
}

function webhookChanges({ request }: AnsweredRequest): Change[] {
  return (JSON.parse(request.body) as WebhookBody).profiles.flatMap(({ identityMap, segmentMembership }) =>
    Object.entries(identityMap).flatMap(([namespace, ids]) =>
      ids.flatMap(({ id }) =>
        Object.entries(segmentMembership.ups).map(([segmentId, { status }]) => ({
          who: `${namespace}:${id}`,
          segmentId,
          isMember: status === 'realized',
        })),
      ),
    ),
  );
}

/** An identity is told by its value alone: a device by `d_mid`, or as the second half of `d_cid`. */
function edgeChanges({ request }: AnsweredRequest): Change[] {
  const form = new URLSearchParams(request.body);
  const named = [...form.getAll('d_mid'), ...form.getAll('d_cid').map((pair) => pair.split('\u0001')[1]!)];
  return named.flatMap((value) => [
    ...form.getAll('c_segID').map((segmentId) => ({ who: value.toLowerCase(), segmentId, isMember: true })),
    ...form.getAll('c_segID_exit').map((segmentId) => ({ who: value.toLowerCase(), segmentId, isMember: false })),
  ]);
}

/** What waits for the next file; files go by revisions, not by the order in which parts were put. */
async function filed(
  { stores }: Platform,
  laneId: string,
  nameOf: (identity: { readonly namespace: string; readonly value: string }) => string,
): Promise<Members> {
  const latest = new LatestRows();
  for await (const key of stores.exports.list(pendingPrefix(laneId))) {
    const part = new TextDecoder().decode(await stores.exports.get(key));
    for (const delivery of readPendingPart(part)) latest.add(delivery);
  }
  const members = latest.rows().filter(({ status }) => status === 'realized');
  return members.map(({ identity, segmentId }) => `${nameOf(identity)} ${segmentId}`).sort();
}
