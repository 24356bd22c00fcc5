import { z } from 'zod';
import type { Rejection } from '#core/record/record.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';
import { isObject } from '#core/util/is-object.ts';
import { pointerTo, reportedPointer } from '#core/util/pointer.ts';
import { nestFlatNames } from './mapping/fields.ts';

const schemaRef = z.looseObject({ id: z.string().min(1).max(2_048) });

/** aep.md §2.1. Keys that are not needed are let through, and the record is not copied. */
const envelope = z.looseObject({
  header: z.looseObject({
    datasetId: z.string().min(1).max(256),
    schemaRef: schemaRef.optional(),
    operations: z.looseObject({ data: z.enum(['create', 'merge', 'delete']).optional() }).optional(),
  }),
  body: z.looseObject({
    xdmMeta: z.looseObject({ schemaRef: schemaRef.optional() }).optional(),
    xdmEntity: z.custom<Readonly<Record<string, unknown>>>(isObject, 'expected object'),
  }),
});

export interface Opened {
  readonly datasetId: string;
  /** The schema the sender has in mind, where it says so. */
  readonly schemaId?: string;
  /** What to do with the record, where the sender says so (aep.md §1.6). */
  readonly operation?: RecordOperation;
  /** The record, not validated yet. */
  readonly entity: Readonly<Record<string, unknown>>;
}

/** Whether a message is meant to be in the envelope, whatever is wrong with it. */
export const isEnvelope = (value: unknown): boolean =>
  hasEntity(value) || (isObject(value) && isObject(value.header) && value.header.datasetId !== undefined);

/** Whether a message has an entity in XDM where an envelope has it. */
export const hasEntity = (value: unknown): boolean =>
  isObject(value) && isObject(value.body) && value.body.xdmEntity !== undefined;

/** Opens the envelope of a streamed record (aep.md §2.1). */
export function openEnvelope(value: unknown): Opened | { readonly rejection: Rejection } {
  const result = envelope.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const pointer = reportedPointer(pointerTo(issue.path));
    return { rejection: { ...INVALID, pointer, found: foundAt(value, issue.path) } };
  }
  const { header, body } = result.data;
  const inHeader = header.schemaRef?.id;
  const inBody = body.xdmMeta?.schemaRef?.id;
  if (inHeader !== undefined && inBody !== undefined && inHeader !== inBody) return { rejection: TWO_SCHEMAS };
  const schemaId = inHeader ?? inBody;
  const operation = header.operations?.data;
  const nested = nestFlatNames(body.xdmEntity);
  if (nested.rejection) return { rejection: nested.rejection };
  return {
    datasetId: header.datasetId,
    entity: nested.value,
    ...(schemaId !== undefined && { schemaId }),
    ...(operation !== undefined && { operation }),
  };
}

const INVALID: Rejection = {
  code: 'invalid-envelope',
  message: 'The message is not a record in its envelope',
  expected: '{"header":{"datasetId":"…","schemaRef":{"id":"…"}},"body":{"xdmEntity":{…}}}',
};

const TWO_SCHEMAS: Rejection = {
  code: 'schema-mismatch',
  message: 'Header and body of the envelope name different schemas',
  pointer: '/body/xdmMeta/schemaRef/id',
  expected: 'the schema of the header',
  found: 'another one',
};

/** The type of what is at the place. */
function foundAt(value: unknown, path: readonly PropertyKey[]): string {
  const found = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (found === undefined) return 'nothing';
  if (found === null) return 'null';
  if (Array.isArray(found)) return 'array';
  return found === '' ? 'empty string' : typeof found;
}
