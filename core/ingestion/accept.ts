import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { CompiledDataset } from '#core/catalog/compile.ts';
import { valueAt } from '#core/profile/paths.ts';
import { RECORD_ID_LENGTH } from '#core/profile/profile-item.ts';
import type { AcceptedRecord } from './accepted-record.ts';
import type { Refusal } from './record.ts';

/** When and in which order a record arrived. */
export interface Arrival {
  /** Epoch ms; the same when the record is delivered again. */
  readonly receivedAt: number;
  /** See {@link AcceptedRecord.tie}. */
  readonly tie: string;
}

/**
 * Validates a record against its dataset (aep.md §1, §3.1) and gives it its id, time and identities.
 * @returns the record, or all the reasons why it is refused, up to the validator's limit
 */
export function acceptRecord(
  entity: unknown,
  dataset: CompiledDataset,
  arrival: Arrival,
): { readonly record: AcceptedRecord } | { readonly refusals: readonly Refusal[] } {
  const violations = dataset.validate(entity);
  if (violations.length > 0) return { refusals: violations };
  const { identities, refusals } = dataset.identitiesOf(entity);
  if (refusals.length > 0) return { refusals };
  const valid = entity as Readonly<Record<string, unknown>>;
  const { behaviour } = dataset;
  const time = timeOf(valid, behaviour, arrival);
  // The same event is the same record even if its fields differ; a record without an id of its own is what it says.
  const identity = behaviour === 'event' ? (valid._id as string) : `${time}|${stringify(valid)}`;
  const id = hash('sha256', `${dataset.id}\u0000${identity}`, 'base64url').slice(0, RECORD_ID_LENGTH);
  return {
    record: { id, datasetId: dataset.id, behaviour, time, tie: arrival.tie, identities, entity: valid },
  };
}

/** Where a source says when it last changed a record (XDM "External Source System Audit Details"). */
const LAST_UPDATED = 'extSourceSystemAudit.lastUpdatedDate';

function timeOf(entity: Readonly<Record<string, unknown>>, behaviour: 'event' | 'record', arrival: Arrival): number {
  const stated = behaviour === 'event' ? entity.timestamp : valueAt(entity, LAST_UPDATED);
  const time = typeof stated === 'string' ? Date.parse(stated) : Number.NaN;
  return Number.isNaN(time) ? arrival.receivedAt : time;
}
