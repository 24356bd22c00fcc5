import * as z from 'zod';
import { REJECTION_CODES } from '#core/record/record.ts';
import { whole } from '../management/paging.ts';
import { described } from '../management/route.ts';
import { isReference } from './reference.ts';

const family = 'data';

/** Records of one replay: an answer has seconds. */
const MAX_RECORDS = 100;

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const filter = {
  dataset: z.string().min(1).max(128).optional(),
  batch: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the id of a batch')
    .optional(),
  reason: z.enum(REJECTION_CODES).optional(),
  source: z.string().min(1).max(1_000).optional(),
  since: instant.optional(),
  until: instant.optional(),
};
const list = z.object({
  ...filter,
  start: z.string().optional(),
  limit: whole.pipe(z.int().min(1).max(1_000)).optional().default(100),
});

const rejection = z.looseObject({
  code: z.string(),
  message: z.string(),
  column: z.string().optional(),
  pointer: z.string().optional(),
  expected: z.string().optional(),
  found: z.string().optional(),
});
const rejected = z.looseObject({
  reference: z.string(),
  id: z.string(),
  dataset: z.string(),
  receivedAt: z.string(),
  source: z.string(),
  row: z.int().optional(),
  format: z.string().optional(),
  isWholeFile: z.boolean(),
  rejections: z.array(rejection),
});
const contents = rejected.extend({
  raw: z.string(),
  /** Whether it is text as it came. */
  isText: z.boolean(),
  header: z.array(z.string()).optional(),
  cells: z.array(z.string()).optional(),
  delimiter: z.string().optional(),
});
const records = z.object({
  records: z
    .array(
      z.object({
        reference: z.string().refine(isReference, 'expected the reference of a rejected record'),
        /** The whole record as it is to be ingested; as it came where it is omitted. */
        raw: z.string().min(1).optional(),
      }),
    )
    .min(1)
    .max(MAX_RECORDS),
});

/** Rejected records over HTTP, as the description of the host has them: who describes them can do nothing with them. */
export const REJECTED_RECORDS = {
  list: described({
    family,
    method: 'GET',
    path: '/rejected',
    scope: 'operate',
    summary: 'List rejected records with the reasons, without their contents',
    query: list,
    answer: z.object({ rejected: z.array(rejected), next: z.string().optional() }),
  }),
  reasons: described({
    family,
    method: 'GET',
    path: '/rejected/reasons',
    scope: 'operate',
    summary: 'Count rejected records by reason and place',
    query: z.object(filter),
    answer: z.object({
      groups: z.array(rejection.omit({ message: true }).extend({ records: z.int() })),
      records: z.int(),
      isWhole: z.boolean(),
    }),
  }),
  export: described({
    family,
    method: 'GET',
    path: '/rejected/export',
    scope: 'profile:read',
    summary: 'Export rejected records to fix them: in `lines` a JSON object each',
    query: list,
    answer: z.object({ lines: z.string(), next: z.string().optional() }),
  }),
  show: described({
    family,
    method: 'GET',
    path: '/rejected/{reference}',
    scope: 'profile:read',
    summary: 'Show a rejected record with its contents; it is written down who saw it',
    answer: contents,
  }),
  validate: described({
    family,
    method: 'POST',
    path: '/rejected/validate',
    scope: 'ingest',
    summary: 'Try rejected records, corrected or as they are, without ingesting them',
    body: records,
    answer: z.object({
      results: z.array(
        z.object({ reference: z.string(), outcome: z.enum(['accepted', 'rejected']), rejections: z.array(rejection) }),
      ),
    }),
  }),
  replay: described({
    family,
    method: 'POST',
    path: '/rejected/replay',
    scope: 'ingest',
    summary: 'Ingest rejected records, corrected or as they are, in the place that each had',
    body: records,
    answer: z.object({
      accepted: z.int(),
      duplicate: z.int(),
      rejected: z.int(),
      left: z.array(z.object({ reference: z.string(), rejections: z.array(rejection) })),
      unknown: z.int(),
    }),
  }),
};
