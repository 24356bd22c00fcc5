import { z } from 'zod';
import { definitionId as id } from '#core/util/definition-id.ts';
import { mappingRule } from './mapping/definition.ts';

/** `datasets/` */
export const datasetDefinition = z.strictObject({
  id,
  name: z.string().optional(),
  description: z.string().optional(),
  schemaRef: z.strictObject({ id: z.string().min(1), contentType: z.string().optional() }),
  /** aep.md §1.6; both are enabled unless said otherwise. */
  tags: z
    .strictObject({
      unifiedProfile: z.array(z.string()).default(['enabled:true']),
      unifiedIdentity: z.array(z.string()).default(['enabled:true']),
    })
    .default({ unifiedProfile: ['enabled:true'], unifiedIdentity: ['enabled:true'] }),
  /** Events are kept this many days after they happened; for ever where it is omitted (aep.md §4.3). */
  eventExpirationDays: z.int().min(1).optional(),
  /** aep.md §2.3: percent of a file's records that may be rejected before all of it is; 5 when left out. */
  partialIngestionPercentage: z.number().min(0).max(100).optional(),
  /**
   * Its records are new starts that people have agreed to: one that has happened since the person was deleted ends the
   * suppression of the identities that it names.
   */
  consentedStart: z.boolean().optional(),
  /** How columns and keys of what producers send become fields, in every form. */
  mapping: z.array(mappingRule).optional(),
});
export type DatasetDefinition = z.output<typeof datasetDefinition>;

/**
 * `source-connections/`: who may send records over HTTP (aep.md §2.1). The id is the last part of the address; keys are
 * kept as hashes only, two of them while one replaces the other.
 */
export const sourceConnectionDefinition = z
  .strictObject({
    id: id.refine((name) => name !== 'batch', 'another id: "batch" is a part of addresses'),
    name: z.string().optional(),
    description: z.string().optional(),
    /** SHA-256 of each key, in hexadecimal digits. */
    keySha256: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of a key, in 64 lower-case hexadecimal digits'))
      .max(10)
      .default([]),
    authenticationRequired: z.boolean().default(true),
    /** The datasets it may send records of; any when left out. */
    datasets: z.array(id).min(1).optional(),
    /** Requests a second that each running copy of the function takes. */
    requestsPerSecond: z.number().positive().max(100_000).default(1_000),
  })
  .refine(({ keySha256, authenticationRequired }) => keySha256.length > 0 || !authenticationRequired, {
    path: ['keySha256'],
    message: 'give the SHA-256 of a key, or authenticationRequired: false to accept records of anybody',
  });
export type SourceConnectionDefinition = z.output<typeof sourceConnectionDefinition>;
