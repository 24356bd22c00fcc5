import { z } from 'zod';
import type { Refusal } from './record.ts';

const schemaRef = z.looseObject({ id: z.string().max(2_048), contentType: z.string().optional() });

/** aep.md §2.1; keys that are not needed are let through. */
const envelope = z.looseObject({
  header: z.looseObject({
    datasetId: z.string().min(1).max(256),
    schemaRef: schemaRef.optional(),
  }),
  body: z.looseObject({
    xdmMeta: z.looseObject({ schemaRef: schemaRef.optional() }).optional(),
    xdmEntity: z.record(z.string(), z.unknown()),
  }),
});

export interface Opened {
  readonly datasetId: string;
  /** The schema the sender has in mind, where it says so. */
  readonly schemaId?: string;
  readonly entity: Readonly<Record<string, unknown>>;
}

/** Opens the envelope of a streamed record. */
export function openEnvelope(value: unknown): Opened | { readonly refusal: Refusal } {
  const result = envelope.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    return refused(`/${issue.path.join('/')}`, issue.message);
  }
  const { header, body } = result.data;
  const inHeader = header.schemaRef?.id;
  const inBody = body.xdmMeta?.schemaRef?.id;
  if (inHeader !== undefined && inBody !== undefined && inHeader !== inBody) {
    return refused('/body/xdmMeta/schemaRef/id', 'header and body name different schemas');
  }
  const schemaId = inHeader ?? inBody;
  return { datasetId: header.datasetId, entity: body.xdmEntity, ...(schemaId !== undefined && { schemaId }) };
}

const refused = (pointer: string, found: string): { readonly refusal: Refusal } => ({
  refusal: {
    code: 'invalid-envelope',
    message: 'The message is not a record in its envelope',
    pointer,
    expected: '{"header":{"datasetId","schemaRef"},"body":{"xdmEntity":{…}}}',
    found,
  },
});
