import { z } from 'zod';
import { destinationBase, mandatoryAttributes, mappedAttributes } from '#core/activation/destination-base.ts';
import type { DefinitionProblem, FileDestination, Reference } from '#core/activation/destination-type.ts';
import { DEFAULT_FILE_NAME, fileNameTemplate } from '#core/activation/files/file-name.ts';
import { membershipFiles } from '#core/activation/files/membership-files.ts';
import { EXPORT_SCHEDULES } from '#core/activation/files/schedule.ts';
import { namespaceCode } from '#core/identity/definition.ts';

const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('s3-file'),
  /** The identity column of the file: a row for each identity of this namespace. Without it, a row for each person. */
  identity: namespaceCode.optional(),
  /** Columns; `segmentMembership.status` and `identityMap` are among what can be mapped (aep.md §6.3). */
  attributes: mappedAttributes,
  mandatoryAttributes,
  /** By what rows are made one: an identity namespace, or one or two attributes. The latest qualification stays. */
  deduplicationKey: z
    .union([
      z.strictObject({ identity: namespaceCode }),
      z.strictObject({ attributes: z.array(z.string()).min(1).max(2) }),
    ])
    .optional(),
  export: z.enum(['incremental', 'full']).optional(),
  schedule: z.enum(EXPORT_SCHEDULES).default('daily'),
  /** UTC. On the day of `endDate` nothing is exported any more. */
  startDate: z.iso.date().optional(),
  endDate: z.iso.date().optional(),
  /** Without `{datetime}` each file takes the place of the one before. */
  fileName: fileNameTemplate.optional(),
});
export type S3FileDestination = z.output<typeof definition>;

const STATUS = 'segmentMembership.status';

/** Files in S3 (aep.md §6.3). */
export const s3File = {
  name: 's3-file',
  title: 'Files in S3',
  category: 'file',
  summary: 'CSV files of memberships and mapped attributes, by schedule, in the exports bucket of the stage.',
  definition,
  example: { id: 'crm-export', identity: 'CRMID', attributes: [STATUS, 'person.name.firstName'] },
  setUp: ['Give the reader access to the exports bucket: `/tributary/<stage>/exports-bucket` names it.'],
  credentials: {},
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: false },
  columns: [STATUS, 'identityMap'],
  delivery: 'files',
  identities: (destination) => {
    const identity = rowIdentity(destination);
    return identity === undefined ? 'one' : [identity];
  },
  attributes: ({ attributes, deduplicationKey }) => [
    ...new Set([...attributes.filter((path) => path !== STATUS), ...keyAttributes(deduplicationKey)]),
  ],
  mandatory: ({ mandatoryAttributes: mandatory = [], deduplicationKey }) => [
    ...mandatory,
    ...keyAttributes(deduplicationKey),
  ],
  references,
  check,
  // A full file says how members are now; what changed since the last one is about memberships only.
  sendsUpdates: (destination) => destination.export === 'full',
  schedule: ({ schedule, startDate, endDate }) => ({ schedule, startDate, endDate }),
  exports: (destination) => destination.export ?? 'incremental',
  files: (rows, destination, slot, left = []) =>
    membershipFiles(
      {
        id: destination.id,
        identity: rowIdentity(destination),
        status: destination.attributes.includes(STATUS),
        attributes: destination.attributes.filter((path) => path !== STATUS),
        keyAttributes: keyAttributes(destination.deduplicationKey),
        fileName: destination.fileName ?? DEFAULT_FILE_NAME,
        always: destination.export === 'full' ? [...destination.segments, ...left] : [],
      },
      rows,
      slot,
    ),
} satisfies FileDestination<S3FileDestination>;

function references({ identity, deduplicationKey: key }: S3FileDestination): Reference[] {
  return [
    ...(identity === undefined ? [] : [{ path: ['identity'], namespace: identity }]),
    ...(key && 'identity' in key ? [{ path: ['deduplicationKey', 'identity'], namespace: key.identity }] : []),
    ...keyAttributes(key).map((attribute, i) => ({ path: ['deduplicationKey', 'attributes', i], attribute })),
  ];
}

function check(destination: S3FileDestination): DefinitionProblem[] {
  const { identity, deduplicationKey: key, attributes, segments, startDate, endDate, fileName } = destination;
  const problems: DefinitionProblem[] = [];
  if (key && 'identity' in key && identity !== undefined && identity !== key.identity) {
    problems.push({
      path: ['deduplicationKey', 'identity'],
      message: `rows have the identity "${identity}" and can't be made one by "${key.identity}"`,
      hint: 'give one of the two',
    });
  }
  if (identity === undefined && key === undefined && attributes.every((path) => path === STATUS)) {
    problems.push({ path: [], message: 'rows would name nobody: give "identity", or map attributes' });
  }
  if (startDate !== undefined && endDate !== undefined && endDate <= startDate) {
    problems.push({
      path: ['endDate'],
      message: 'nothing would be exported: "endDate" is the day after the last export',
      hint: 'give a day after "startDate"',
    });
  }
  if (fileName !== undefined && segments.length > 1 && !fileName.includes('{segment}')) {
    problems.push({
      path: ['fileName'],
      message: 'the files of several segments would have the same name',
      hint: 'write {segment} into it',
    });
  }
  return problems;
}

type Key = S3FileDestination['deduplicationKey'];
const keyAttributes = (key: Key): readonly string[] => (key && 'attributes' in key ? key.attributes : []);

const rowIdentity = ({ identity, deduplicationKey: key }: S3FileDestination): string | undefined =>
  identity ?? (key && 'identity' in key ? key.identity : undefined);
