import stringify from 'safe-stable-stringify';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { valueAt } from '#core/record/field-path.ts';
import type { OmittedIdentity } from '#core/record/omitted-identity.ts';
import type { Rejection } from '#core/record/record.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';
import { versionAt } from '#core/record/version.ts';
import { isMissingField } from '#core/schema/violations.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { readPlainInstant } from '#core/util/instant.ts';
import { isObject } from '#core/util/is-object.ts';
import { valueAtKeys } from '#core/util/value-at-keys.ts';
import { hasNull, withoutNulls } from './convert/nulls.ts';
import { recordId } from './ids.ts';
import type { CompiledDataset, CompiledLookup } from './settings.ts';

/** When and in which order a record arrived. */
export interface IngestionMetadata {
  /** Epoch ms; the same when the record is delivered again. */
  readonly receivedAt: number;
  /** See {@link AcceptedRecord.tie}. */
  readonly tieBreaker: string;
  /** See {@link AcceptedRecord.arrival}. */
  readonly ingestionId: string;
}

/** A record that is as its dataset wants it, and what was found out on the way. */
interface GoodRecord {
  readonly rejections?: undefined;
  /** Of an update with the nulls that clear values. */
  readonly entity: Readonly<Record<string, unknown>>;
  readonly identities: AcceptedRecord['identities'];
  readonly omitted: readonly OmittedIdentity[];
  readonly ofIdentities: Pick<AcceptedRecord, 'clears' | 'identityFields'>;
  /** Of a lookup dataset. */
  readonly key: string | undefined;
}

/**
 * Looks at a record of a dataset (aep.md §1, §3.1) without taking it in.
 * @param operation what the sender wants done with it; a record that only changes fields may lack required ones
 * @returns all the reasons why it is rejected, up to the validator's limit, if there are any
 */
export function examine(
  entity: unknown,
  dataset: CompiledDataset,
  operation: RecordOperation = usualOperation(dataset),
): GoodRecord | { readonly rejections: readonly Rejection[] } {
  const isUpdate = isPartial(dataset, operation);
  const { present, kept, violations: found } = read(entity, dataset, isUpdate && operation === 'merge');
  const violations = isUpdate ? found.filter((violation) => !isMissingField(violation)) : found;
  if (violations.length > 0) return { rejections: violations };
  const { identities, omitted, rejections } = dataset.identitiesOf(present);
  if (rejections.length > 0) return { rejections };
  const key = dataset.lookup && keyIn(present as GoodRecord['entity'], dataset.lookup);
  if (typeof key === 'object') return { rejections: [key] };
  const more = ofIdentities(present, kept, dataset);
  return { entity: kept as GoodRecord['entity'], identities, omitted, ofIdentities: more, key };
}

/** What a record of a person says of its identities besides which they are. */
function ofIdentities(
  present: unknown,
  kept: unknown,
  { behaviour, lookup, identityFields }: CompiledDataset,
): GoodRecord['ofIdentities'] {
  if (behaviour === 'event' || lookup) return NOTHING;
  const clears = kept === present ? [] : identityFields.clearedIn(kept);
  const fields = identityFields.fieldsIn(present);
  if (clears.length === 0 && !fields) return NOTHING;
  return { ...(clears.length > 0 && { clears }), ...(fields && { identityFields: fields }) };
}

const NOTHING = {};

interface ReadRecord {
  /** What the record has: without nulls, and as the schema wants it, where that can be had. */
  readonly present: unknown;
  /** The same, with the nulls that clear values. */
  readonly kept: unknown;
  readonly violations: readonly Rejection[];
}

const NONE: readonly Rejection[] = [];

/** A record that is right as it is, as nearly all are, is looked through once and stays the same object. */
function read(entity: unknown, { conversion, validate }: CompiledDataset, clears: boolean): ReadRecord {
  const { types } = conversion;
  let present = entity;
  let kept = entity;
  if (isObject(entity) && hasNull(entity)) {
    present = withoutNulls(entity, types, 'omitted');
    kept = clears ? withoutNulls(entity, types, 'kept') : present;
  }
  if (!conversion.hasOtherIdentity(present) && validate.fits(present)) return { present, kept, violations: NONE };
  const converted = conversion.convert(present);
  kept = kept === present ? converted : conversion.convert(kept);
  return { present: converted, kept, violations: conversion.explain(validate(converted)) };
}

const usualOperation = ({ isUpsert }: CompiledDataset): RecordOperation => (isUpsert ? 'merge' : 'create');

const isPartial = ({ behaviour }: CompiledDataset, operation: RecordOperation): boolean =>
  behaviour === 'record' && operation !== 'create';

/**
 * Takes a record in, if there is nothing against it: gives it its id, time and identities.
 * @param operation as {@link examine} has it
 * @returns the record, or the reasons why it is rejected
 */
export function acceptRecord(
  entity: unknown,
  dataset: CompiledDataset,
  metadata: IngestionMetadata,
  operation: RecordOperation = usualOperation(dataset),
): { readonly record: AcceptedRecord } | { readonly rejections: readonly Rejection[] } {
  const examined = examine(entity, dataset, operation);
  if (examined.rejections) return examined;
  const { entity: valid, identities, omitted, ofIdentities, key } = examined;
  const { behaviour } = dataset;
  const { time, stated } = timeOf(valid, behaviour, metadata);
  // The same event is the same record even if its fields differ; a record without an id of its own is what it says.
  const identity =
    behaviour === 'event'
      ? (valid._id as string)
      : `${stated}|${isPartial(dataset, operation) ? operation : ''}|${stringify(valid)}`;
  const record: AcceptedRecord = {
    id: recordId(dataset.id, identity),
    datasetId: dataset.id,
    behaviour,
    time,
    tieBreaker: metadata.tieBreaker,
    receivedAt: metadata.receivedAt,
    ingestionId: metadata.ingestionId,
    operation: behaviour === 'event' ? 'create' : operation,
    identities,
    entity: valid,
    json: JSON.stringify(valid),
    ...ofIdentities,
  };
  if (dataset.lookup && key !== undefined)
    return { record: { ...record, lookup: { entity: dataset.lookup.entity, key } } };
  const isVersioned = dataset.isAmendable && behaviour === 'event';
  if (omitted.length === 0 && time === stated && !isVersioned) return { record };
  return {
    record: {
      ...record,
      ...(omitted.length > 0 && { omitted }),
      ...(time !== stated && { isBounded: true }),
      ...(isVersioned && { version: versionOf(valid, metadata) }),
    },
  };
}

/** Longest key of a record of a lookup dataset, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1_024;

/** The key of a record of a lookup dataset, or why it cannot be found by it. */
function keyIn(entity: Readonly<Record<string, unknown>>, { path, pointer }: CompiledLookup): string | Rejection {
  const key = valueAtKeys(entity, path);
  const isText = typeof key === 'string' && key.trim() !== '';
  if (isText && Buffer.byteLength(key) <= MAX_KEY_BYTES) return key;
  return {
    code: 'schema-violation',
    message: isText
      ? `The key of a record is at most ${MAX_KEY_BYTES} bytes long`
      : 'A record of a lookup dataset needs its key',
    pointer,
    expected: isText ? `at most ${MAX_KEY_BYTES} bytes` : 'a non-empty string',
    found: isText
      ? 'a longer one'
      : key === undefined
        ? 'nothing'
        : typeof key === 'string'
          ? 'an empty one'
          : typeof key,
  };
}

/** Where a source says when it last changed a record (XDM "External Source System Audit Details"). */
const LAST_UPDATED = 'extSourceSystemAudit.lastUpdatedDate';

/**
 * The place of an event among all of the same id, whatever order they come in: by when the source says that it has changed
 * it, else by its arrival.
 */
function versionOf(entity: Readonly<Record<string, unknown>>, metadata: IngestionMetadata): string {
  const { time } = timeOf(entity, 'record', metadata);
  return versionAt(time, `${metadata.tieBreaker}|${metadata.ingestionId}`);
}

/** No clock is faster, and no zone further away, than that: what lies further ahead is a mistake. */
const MAX_AHEAD_MS = DAY_MS;

/**
 * When it was so, and what the record says of that. A stamp lies in the past (aep.md §1.1). One that lies more than a day
 * after the arrival counts as of the arrival: else it would stand before every correction that comes later.
 */
function timeOf(
  entity: Readonly<Record<string, unknown>>,
  behaviour: 'event' | 'record',
  { receivedAt }: IngestionMetadata,
): { readonly time: number; readonly stated: number } {
  const stated = statedTime(behaviour === 'event' ? entity.timestamp : valueAt(entity, LAST_UPDATED)) ?? receivedAt;
  return { time: stated > receivedAt + MAX_AHEAD_MS ? receivedAt : stated, stated };
}

function statedTime(stated: unknown): number | undefined {
  if (typeof stated !== 'string') return undefined;
  const plain = readPlainInstant(stated);
  const time = Number.isNaN(plain) ? Date.parse(stated) : plain;
  return Number.isNaN(time) ? undefined : time;
}
