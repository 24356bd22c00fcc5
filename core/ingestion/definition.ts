import { z } from 'zod';
import { definitionId as id } from '#core/util/definition-id.ts';
import { FILE_FORMATS } from './format.ts';
import { mappingRule } from './mapping/definition.ts';
import { matchDefinition } from './raw-records/match.ts';
import { csvSettings } from './text/csv-settings.ts';

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
  /** Of several events with one `_id`: the first counts where it is omitted; or the latest, which amends the others. */
  onConflict: z.enum(['first', 'latest']).optional(),
  /** aep.md §2.3: percent of a file's records that may be rejected before all of it is; 5 when left out. */
  partialIngestionPercentage: z.number().min(0).max(100).optional(),
  /**
   * Its records are new starts that people have agreed to: one that has happened since the person was deleted ends the
   * suppression of the identities that it names.
   */
  consentedStart: z.boolean().optional(),
  /** What files are whose names do not say it, as those of Redshift and Firehose. */
  fileFormat: z.enum(FILE_FORMATS).optional(),
  /** How its CSV files are written; what is omitted is found out of each file. */
  csv: csvSettings.optional(),
  /** Whether values become what the schema wants where nothing is lost, see `convert/`; `lossless` when left out. */
  conversion: z.enum(['lossless', 'none']).optional(),
  /** Texts that mean null, such as `\N`. */
  nulls: z
    .array(z.string().refine((text) => text.trim() !== '', 'a text that is not blank'))
    .max(100)
    .optional(),
  /** What an empty cell means where no rule says: nothing is said, or, in an update, the field has no value any more. */
  emptyCells: z.enum(['absent', 'clear']).optional(),
  /** How columns and keys of what producers send become fields, in every form. */
  mapping: z.array(mappingRule).optional(),
});
export type DatasetDefinition = z.output<typeof datasetDefinition>;

/**
 * `source-connections/`: who may send records over HTTP (aep.md §2.1), and what records are that come without AEP's
 * envelope. The id is the last part of the address; keys are kept as hashes only, two of them while one replaces the other.
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
    /** What its records are: in the envelope (when omitted), plain JSON objects, or CloudEvents. */
    format: z.enum(['xdm-envelope', 'json', 'cloudevents']).optional(),
    /** The dataset that its raw records are of. */
    dataset: id.optional(),
    /** Where they are of several: the first rule that fits a record decides, and `dataset` where none does. */
    rules: z
      .array(z.strictObject({ match: matchDefinition, dataset: id }))
      .min(1)
      .optional(),
    /** Raw records that are put on the Kinesis stream are this connection's: all of them, or those that match. */
    kinesis: z.union([z.boolean(), z.strictObject({ match: matchDefinition })]).optional(),
  })
  .superRefine((connection, context) => {
    for (const { path, message } of problemsOf(connection)) context.addIssue({ code: 'custom', path, message });
  });
export type SourceConnectionDefinition = z.output<typeof sourceConnectionDefinition>;

function* problemsOf({
  keySha256,
  authenticationRequired,
  format = 'xdm-envelope',
  datasets,
  dataset,
  rules,
  kinesis,
}: Omit<SourceConnectionDefinition, 'id'>): Iterable<{ path: string[]; message: string }> {
  if (keySha256.length === 0 && authenticationRequired && !kinesis) {
    const message = 'give the SHA-256 of a key, or authenticationRequired: false to accept records of anybody';
    yield { path: ['keySha256'], message };
  }
  if (format === 'xdm-envelope') {
    const misplaced = Object.entries({ dataset, rules, kinesis }).filter(([, value]) => value !== undefined);
    for (const [key] of misplaced) yield { path: [key], message: 'only with format json or cloudevents' };
    return;
  }
  if (dataset === undefined && !rules) {
    yield {
      path: ['dataset'],
      message: `records of format ${format} do not name their dataset: give it here, or "rules"`,
    };
  }
  if (datasets) yield { path: ['datasets'], message: 'only for records in the envelope; use "dataset" or "rules"' };
}
