import type { IngestionMethod } from '#cli/stage/endpoints.ts';
import { table } from './table.ts';

/** What a signature of AWS is made for, and with. */
export interface SignedEndpoint {
  /** Region and service. */
  readonly signedFor: string;
  /** Access key and secret; in AWS they are whoever's asks. */
  readonly signedBy: string;
}

export interface StageEndpoints {
  readonly stage: string;
  readonly collection: IngestionMethod;
  readonly edge: IngestionMethod;
  readonly texts: IngestionMethod;
  /** The topic for what AWS says of texts, where the stage has one. */
  readonly textEvents?: string;
  readonly batch: IngestionMethod;
  readonly management: IngestionMethod;
  readonly token: IngestionMethod;
  readonly profiles: IngestionMethod;
  readonly rejected: IngestionMethod;
  readonly destinations: IngestionMethod;
  readonly access: IngestionMethod & SignedEndpoint;
  /** Names of the Kinesis stream and the bucket that take records without HTTP. */
  readonly stream: string;
  readonly landing: string;
  readonly connections: readonly { readonly id: string; readonly datasets: readonly string[] }[];
  /** A key that this machine has, of the connection it opens. */
  readonly key?: { readonly connection: string; readonly key: string };
}

/** The endpoints for people, with requests to try. */
export function printEndpoints(endpoints: StageEndpoints): string {
  const {
    collection,
    edge,
    texts,
    textEvents,
    batch,
    management,
    token,
    profiles,
    rejected,
    access,
    stream,
    landing,
    stage,
  } = endpoints;
  const rows = [
    ['records, as they happen', `POST ${collection.url}/collection/{connectionId}`],
    ['', `POST ${collection.url}/collection/batch/{connectionId}`],
    ['Web SDK', `POST ${edge.url}/ee/v1/interact`],
    ['vendors of texts', `POST ${texts.url}/texts/{destinationId}`],
    ...(textEvents === undefined ? [] : [['AWS, of texts', textEvents]]),
    ['batches of files', `${batch.url}/data/foundation/import/batches`],
    ['definitions and operation', `${management.url}/data/foundation/…`],
    ['tokens of clients', `POST ${token.url}/ims/token/v3`],
    ['rejected records', `${rejected.url}/tributary/data/rejected`],
    ['profiles, with a token', `${profiles.url}/data/core/ups/access/entities`],
    ['profiles, signed', `${access.url}/data/core/ups/access/entities`],
    ['Kinesis stream', stream],
    ['landing bucket', `s3://${landing}/landing/<datasetId>/`],
  ];
  const headers = Object.entries(collection.headers).length > 0 ? `\n${hostsOf(endpoints)}` : '';
  return `Endpoints of stage ${stage}\n${table(['for', 'address'], rows)}\n${headers}\n${destinationsText(endpoints)}\n${tryText(endpoints)}`;
}

/** Where one address leads to several functions, each request says which it means. */
const hostsOf = ({
  collection,
  edge,
  texts,
  batch,
  management,
  token,
  profiles,
  rejected,
  access,
}: StageEndpoints): string => `Every request needs the host of its endpoint
${table(
  ['endpoint', 'header'],
  Object.entries({ collection, edge, texts, batch, management, token, profiles, rejected, access }).map(
    ([name, { headers }]) => [name, `Host: ${headers.host ?? ''}`],
  ),
)}
`;

const destinationsText = ({ connections }: StageEndpoints): string =>
  connections.length === 0
    ? 'The active catalog has no source connection, so nobody may send records over HTTP: see docs/ingestion.md\n'
    : `Source connections\n${table(
        ['id', 'may send records of'],
        connections.map(({ id, datasets }) => [id, datasets.join(', ')]),
      )}\n`;

/** Lines to paste into a shell: what a record lacks is said for whatever dataset the connection has. */
function tryText({ collection, batch, access, key, connections }: StageEndpoints): string {
  const shown = connections.find(({ id }) => id === key?.connection) ?? connections[0];
  if (!shown) return '';
  const host = ({ headers }: IngestionMethod): string => (headers.host ? ` -H "Host: ${headers.host}"` : '');
  const [dataset = ''] = shown.datasets;
  return `${key ? `The key of "${key.connection}" was generated for this machine` : KEYS}

To try, in a shell
  KEY=${key?.key ?? '…'}
  COLLECTION=${collection.url} BATCH=${batch.url}
  ACCESS=${access.url}
  curl "$COLLECTION/collection/${shown.id}?syncValidation=true" -H "x-api-key: $KEY"${host(collection)} \\
    -d '{"header":{"datasetId":"${dataset}"},"body":{"xdmEntity":{}}}'
  curl "$BATCH/data/foundation/import/batches" -H "x-api-key: $KEY"${host(batch)} \\
    -d '{"datasetId":"${dataset}","inputFormat":{"format":"json"}}'
  curl --aws-sigv4 aws:amz:${access.signedFor} --user "${access.signedBy}"${host(access)} \\
    "$ACCESS/data/core/ups/access/entities?schema.name=_xdm.context.profile&entityIdNS=ECID&entityId=…"
`;
}

const KEYS =
  'Only senders have the keys; the catalog has their SHA-256. To make a new one: tributary source-connection key';
