import { z } from 'zod';
import { destinationBase, mandatoryAttributes, mappedAttributes } from '#core/activation/destination-base.ts';
import type { DefinitionProblem, MadeFiles, Reference } from '#core/activation/destination-type.ts';
import { namespaceCode } from '#core/identity/definition.ts';
import { DEFAULT_FILE_NAME, fileNameTemplate } from './file-name.ts';
import { membershipFiles } from './membership-files.ts';
import type { FileRow } from './pending.ts';
import { COMPRESSIONS, FILE_FORMATS, isCompressible } from './row-format.ts';
import { EXPORT_SCHEDULES } from './schedule.ts';

/** What all types that are sent files let users set (aep.md §6.3). */
export const fileSettings = {
  ...destinationBase,
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
  /** CSV where it is omitted. */
  format: z.enum(FILE_FORMATS).optional(),
  /** Of CSV and JSON as a whole, of Parquet inside. */
  compression: z.enum(COMPRESSIONS).optional(),
};
const settings = z.object(fileSettings);
export type FileSettings = z.output<typeof settings>;

const STATUS = 'segmentMembership.status';

/** What all types declare alike that are sent files. */
export const fileDeclaration = {
  category: 'file',
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: false },
  columns: [STATUS, 'identityMap'],
  delivery: 'files',
  identities: (destination: FileSettings) => {
    const identity = rowIdentity(destination);
    return identity === undefined ? ('one' as const) : [identity];
  },
  attributes: ({ attributes, deduplicationKey }: FileSettings) => [
    ...new Set([...attributes.filter((path) => path !== STATUS), ...keyAttributes(deduplicationKey)]),
  ],
  mandatory: ({ mandatoryAttributes: mandatory = [], deduplicationKey }: FileSettings) => [
    ...mandatory,
    ...keyAttributes(deduplicationKey),
  ],
  references,
  // A full file says how members are now; what changed since the last one is about memberships only.
  sendsUpdates: (destination: FileSettings) => destination.export === 'full',
  schedule: ({ schedule, startDate, endDate }: FileSettings) => ({ schedule, startDate, endDate }),
  exports: (destination: FileSettings) => destination.export ?? ('incremental' as const),
  files: (rows: readonly FileRow[], destination: FileSettings, slot: number, left: readonly string[] = []): MadeFiles =>
    membershipFiles(
      {
        id: destination.id,
        identity: rowIdentity(destination),
        status: destination.attributes.includes(STATUS),
        attributes: destination.attributes.filter((path) => path !== STATUS),
        keyAttributes: keyAttributes(destination.deduplicationKey),
        fileName: destination.fileName ?? DEFAULT_FILE_NAME,
        always: destination.export === 'full' ? [...destination.segments, ...left] : [],
        format: destination.format,
        compression: destination.compression,
      },
      rows,
      slot,
    ),
} as const;

function references({ identity, deduplicationKey: key }: FileSettings): Reference[] {
  return [
    ...(identity === undefined ? [] : [{ path: ['identity'], namespace: identity }]),
    ...(key && 'identity' in key ? [{ path: ['deduplicationKey', 'identity'], namespace: key.identity }] : []),
    ...keyAttributes(key).map((attribute, i) => ({ path: ['deduplicationKey', 'attributes', i], attribute })),
  ];
}

/** What is wrong in the settings of files although each of them has its shape. */
export function checkFiles(destination: FileSettings): DefinitionProblem[] {
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
  if (!isCompressible(destination)) {
    problems.push({
      path: ['compression'],
      message: `files of format "${destination.format ?? 'csv'}" are not compressed by ${destination.compression}`,
      hint: 'choose gzip or none, or format: parquet',
    });
  }
  return problems;
}

type Key = FileSettings['deduplicationKey'];
const keyAttributes = (key: Key): readonly string[] => (key && 'attributes' in key ? key.attributes : []);

const rowIdentity = ({ identity, deduplicationKey: key }: FileSettings): string | undefined =>
  identity ?? (key && 'identity' in key ? key.identity : undefined);
