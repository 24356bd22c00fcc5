import { z } from 'zod';
import type { FileDestination } from '#core/activation/destination-type.ts';
import { DEFAULT_FILE_NAME, fileNameTemplate } from '#core/activation/s3-file/file-name.ts';
import { membershipFiles } from '#core/activation/s3-file/membership-files.ts';
import { EXPORT_SCHEDULES } from '#core/activation/s3-file/schedule.ts';
import { namespaceCode } from '#core/identity/definition.ts';
import { destinationBase, mandatoryAttributes, mappedAttributes } from '../destination-base.ts';

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

/** Files in S3 (aep.md §6.3). */
export const s3File = {
  definition,
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

const STATUS = 'segmentMembership.status';

type Key = S3FileDestination['deduplicationKey'];
const keyAttributes = (key: Key): readonly string[] => (key && 'attributes' in key ? key.attributes : []);

const rowIdentity = ({ identity, deduplicationKey: key }: S3FileDestination): string | undefined =>
  identity ?? (key && 'identity' in key ? key.identity : undefined);
