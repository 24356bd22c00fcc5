import { hash } from 'node:crypto';
import type { NamespaceRanks } from '#core/identity/settings.ts';
import { tooLarge } from '#core/ingestion/collection/body.ts';
import { invalidMessage, type Problem, problem, sentenceOf } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { wrapRecord } from '#core/ingestion/raw-records/wrapped.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import type { CollectedMessage } from '#core/ports/collection-stream.ts';
import { identityKey } from '#core/record/identity.ts';
import { MAX_RECORD_BYTES, type Raw, type Rejection } from '#core/record/record.ts';
import { dryRun, type ReceivedRecord, unknownDataset } from './process.ts';
import { receiveOn } from './receive-message.ts';

/** Of a message of a batch (aep.md §2.1). */
export type Collected = { readonly message: CollectedMessage; readonly received: ReceivedRecord } | Problem;

/**
 * What is said at once about a message that came over HTTP: that it cannot be read, that its envelope is wrong, that
 * the connection may not send it. Whether its record is valid is found out later, unless `validate` is wanted.
 * @param receivedAt epoch ms
 */
export function collectMessage(
  bytes: Uint8Array,
  connection: SourceConnectionDefinition,
  catalog: IngestionSettings & NamespaceRanks,
  receivedAt: number,
): Collected {
  const raw = catalog.rawConnections.byId.get(connection.id);
  const position = { source: `connection:${connection.id}` };
  const received = receiveOn(raw, bytes, position, { receivedAt, tieBreaker: '' }, catalog);
  const { rejection } = received;
  // Whether its values can be mapped is found out later, like whether they are valid.
  if (rejection && rejection.code !== 'mapping-failed') return rejectedEnvelope(rejection);
  const data = raw ? Buffer.from(wrapRecord({ sourceConnection: raw.id }, Buffer.from(bytes).toString('utf8'))) : bytes;
  if (data.length > MAX_BYTES) return tooLarge();
  const { datasetId } = received;
  if (!catalog.datasets.has(datasetId)) return rejectedEnvelope(unknownDataset(catalog));
  if (connection.datasets && !connection.datasets.includes(datasetId)) {
    return problem(403, 'authentication', 'The connection may not send records of this dataset', {
      detail: `It may send records of ${connection.datasets.join(', ')}`,
    });
  }
  return { message: { key: partitionKeyOf(received, catalog), data }, received };
}

/** The stream carries at most a megabyte, the key included. */
const PARTITION_KEY_LENGTH = 22;
const MAX_BYTES = MAX_RECORD_BYTES - PARTITION_KEY_LENGTH;

/** The answer to a record that is invalid, or undefined: synchronous validation. */
export function validateNow(
  received: ReceivedRecord,
  catalog: IngestionSettings & NamespaceRanks,
): Problem | undefined {
  const [rejected] = dryRun([received], catalog).rejected;
  return rejected && invalidMessage(rejected.rejections, catalog.datasets.get(received.datasetId)?.schemaId);
}

/** What is wrong with the envelope is the fault of the request; a batch goes on without it. */
function rejectedEnvelope(rejection: Rejection): Problem {
  if (rejection.code === 'too-large') return tooLarge();
  const report = { code: rejection.code, ...(rejection.pointer !== undefined && { pointer: rejection.pointer }) };
  return problem(400, 'inlet', 'Invalid message', { detail: sentenceOf(rejection), report });
}

/** Records of one person go by one shard and keep their order; the strongest identity decides whose a record is. */
function partitionKeyOf(
  { datasetId, entity, raw }: ReceivedRecord & Raw,
  catalog: IngestionSettings & NamespaceRanks,
): string {
  const { identitiesOf, conversion } = catalog.datasets.get(datasetId)!;
  const { identities } = entity ? identitiesOf(conversion.convert(entity)) : { identities: [] };
  const { rank } = catalog.identitySettings;
  const [strongest] = identities
    .map((identity) => ({ rank: rank(identity.namespace), key: identityKey(identity) }))
    .sort((x, y) => x.rank - y.rank || (x.key < y.key ? -1 : 1));
  return hash('sha256', strongest?.key ?? raw, 'base64url').slice(0, PARTITION_KEY_LENGTH);
}
