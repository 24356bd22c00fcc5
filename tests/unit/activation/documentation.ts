import { edgeCalls } from '#core/activation/destinations/aam/edge-call.ts';
import { hubFiles } from '#core/activation/destinations/aam/hub-file.ts';
import { REGIONS } from '#core/activation/destinations/aam/regions.ts';
import { s3File } from '#core/activation/destinations/s3-file/definition.ts';
import { LatestRows } from '#core/activation/files/pending.ts';
import { profilePayload } from '#core/activation/profile-payload.ts';
import { edgeDelivery, entered, exited, gaid, hubDelivery, identity, NOW, profileDelivery } from './factories.ts';

const SLOT = Date.parse('2026-03-01T12:00:00Z');
const DEVICE = identity('ECID', '07955261652886032950143702505894272138');
const NAMES: Record<string, string> = { 'cart-abandoners': 'Cart abandoners', gold: 'Gold members' };
const CHANGES = [entered('cart-abandoners', NOW), exited('gold', NOW - 86_400_000)];

/** The examples of docs/destinations.md and docs/audience-manager.md, made by the code they explain: what stands there must be one of these. */
export function examples(): Readonly<Record<string, string>> {
  const attributes = { 'person.name.firstName': 'Ada', 'loyalty.tier': 'gold' };
  const identities = [identity('CRMID', 'C00042'), DEVICE];
  const profile = profileDelivery({ identities, attributes, changes: CHANGES });

  const people = new LatestRows();
  people.add(profile);
  const file = s3File.definition.parse({
    id: 'crm-export',
    type: 's3-file',
    segments: CHANGES.map(({ segmentId }) => segmentId),
    identity: 'CRMID',
    attributes: ['segmentMembership.status', ...Object.keys(attributes)],
  });
  const [csv] = s3File.files(people.rows(), file, SLOT).files;

  const ids = new LatestRows();
  ids.add(hubDelivery({ identities: [DEVICE], changes: CHANGES }));
  const [sync] = hubFiles({ id: 'audience-manager' }, ids.rows(), SLOT).files;

  const edge = edgeCalls(
    edgeDelivery({ device: gaid(), personIdentities: [identity('AdCloud', 'ac-1')], changes: CHANGES }),
    {
      edgeEndpoint: 'https://{host}',
    },
  );
  const [call] = edge.requests;

  return {
    http: JSON.stringify({ profiles: [profilePayload(profile, (id) => NAMES[id])] }, undefined, 2),
    csvName: csv!.key,
    csv: csv!.body.trimEnd().replaceAll('\r\n', '\n'),
    regions: Object.entries(REGIONS)
      .map(
        ([family, { id, host }]) =>
          `| ${`\`${family}*\``.padEnd(12)} | ${String(id).padEnd(12)} | ${host.padEnd(16)} |`,
      )
      .join('\n'),
    edge: `POST ${call!.url}\n\n${call!.body}`,
    syncName: sync!.key,
    sync: sync!.body.trimEnd(),
  };
}
