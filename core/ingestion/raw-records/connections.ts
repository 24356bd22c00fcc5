import type { Rejection } from '#core/record/record.ts';
import { isObject } from '#core/util/is-object.ts';
import type { SourceConnectionDefinition } from '../definition.ts';
import { entityOfCloudEvent, isCloudEvent, readCloudEvent } from './cloud-event.ts';
import { compileMatch } from './match.ts';

/** A raw record whose dataset is known. */
export interface RawRead {
  readonly datasetId: string;
  /** What the dataset's mapping reads. */
  readonly record: Readonly<Record<string, unknown>>;
  /** The record where the dataset has no mapping. @param isEvent whether the dataset is one of events */
  entity(isEvent: boolean): unknown;
}

/** Reads the records of a source connection that are not in the envelope. */
export interface RawConnection {
  readonly id: string;
  readonly definition: SourceConnectionDefinition;
  read(value: unknown): RawRead | { readonly rejection: Rejection };
}

/** The source connections whose records are raw. */
export interface RawConnections {
  readonly byId: ReadonlyMap<string, RawConnection>;
  /** The connection that a raw record on the Kinesis stream belongs to, if to any. */
  ofStream(value: unknown): RawConnection | undefined;
}

/**
 * Compiles the source connections with a `format` of their own. Of those with `kinesis` a raw record belongs to the first
 * one, in the order of ids, whose `match` fits it, else to the one without a `match`; CloudEvents are tried first.
 */
export function compileRawConnections(connections: readonly SourceConnectionDefinition[]): RawConnections {
  const raw = connections.filter(isRaw).map(compileConnection);
  const claims = raw
    .filter(({ definition: { kinesis } }) => kinesis !== undefined && kinesis !== false)
    .sort((x, y) => orderOf(x) - orderOf(y) || (x.id < y.id ? -1 : 1))
    .map((connection) => ({ connection, fits: claimOf(connection.definition) }));
  return {
    byId: new Map(raw.map((connection) => [connection.id, connection])),
    ofStream: (value) => claims.find(({ fits }) => fits(value))?.connection,
  };
}

/** Whether records of the connection are not in AEP's envelope. */
export const isRaw = ({ format = 'xdm-envelope' }: SourceConnectionDefinition): boolean => format !== 'xdm-envelope';

/** CloudEvents before other JSON, and what matches before what takes all. */
const orderOf = ({ definition: { format, kinesis } }: RawConnection): number =>
  (format === 'cloudevents' ? 0 : 2) + (typeof kinesis === 'object' ? 0 : 1);

function claimOf({ format, kinesis }: SourceConnectionDefinition): (value: unknown) => boolean {
  const fits = typeof kinesis === 'object' ? compileMatch(kinesis.match) : () => true;
  return format === 'cloudevents'
    ? (value) => isCloudEvent(value) && fits(value)
    : (value) => isObject(value) && fits(value);
}

function compileConnection(definition: SourceConnectionDefinition): RawConnection {
  const { id, format, dataset, rules = [] } = definition;
  const compiled = rules.map((rule) => ({ dataset: rule.dataset, fits: compileMatch(rule.match) }));
  const datasetOf = (record: unknown): string | undefined =>
    compiled.find(({ fits }) => fits(record))?.dataset ?? dataset;
  const read: RawConnection['read'] = (value) => {
    if (!isObject(value)) return { rejection: notAnObject(value) };
    const opened = format === 'cloudevents' ? readCloudEvent(value) : undefined;
    if (opened && 'rejection' in opened) return opened;
    const record = opened?.event ?? value;
    const datasetId = datasetOf(record);
    if (datasetId === undefined) return { rejection: { ...NO_RULE, message: `${NO_RULE.message} "${id}"` } };
    return { datasetId, record, entity: (isEvent) => (opened ? entityOfCloudEvent(opened.event, isEvent) : value) };
  };
  return { id, definition, read };
}

const notAnObject = (value: unknown): Rejection => ({
  code: 'invalid-envelope',
  message: 'A raw record is a JSON object',
  expected: 'an object',
  found: value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value,
});

const NO_RULE: Rejection = {
  code: 'unknown-dataset',
  message: 'No rule says which dataset the record is of; add one, or a "dataset", to the source connection',
  expected: 'a record that fits a rule of its source connection',
  found: 'one that fits none',
};
