import { z } from 'zod';
import type { DefinitionProblem, FileDestination } from '#core/activation/destination-type.ts';
import { checkFiles, fileDeclaration, fileSettings } from '#core/activation/files/file-settings.ts';
import { externalId, roleArn } from '#core/activation/streams/settings.ts';

const definition = z.strictObject({
  ...fileSettings,
  type: z.literal('s3-file'),
  /** A bucket of another account; without it, the exports bucket of the stage. */
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket: 3 to 63 of a-z, 0-9, "." and "-"')
    .optional(),
  prefix: z
    .string()
    .regex(
      /^(?!\/)(?!.*\.\.)([\w!.*'()=-]+\/)*$/,
      'expected folders that end with "/", such as "audiences/daily/", without "/" at the beginning and ".."',
    )
    .max(512)
    .optional(),
  /** Of the bucket; that of the stage where it is omitted. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected the name of a region such as eu-central-1')
    .optional(),
  roleArn: roleArn.optional(),
  externalId: externalId.optional(),
  kmsKeyArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'expected the ARN of a KMS key')
    .optional(),
});
export type S3FileDestination = z.output<typeof definition>;

/** Files in S3 (aep.md §6.3): in the exports bucket of the stage, or in one of another account. */
export const s3File = {
  ...fileDeclaration,
  name: 's3-file',
  title: 'Files in S3',
  summary:
    'Files of memberships and mapped attributes (CSV, JSON, Parquet), by schedule, in the exports bucket of the stage or a bucket of another account.',
  definition,
  example: {
    id: 'crm-export',
    identity: 'CRMID',
    attributes: ['segmentMembership.status', 'person.name.firstName'],
  },
  setUp: [
    'Give the reader access to the exports bucket: `/tributary/<stage>/exports-bucket` names it.',
    'Or name a `bucket` of another account: there, create a role whose name begins with "tributary-", which may s3:PutObject below the prefix (and use the key; for `destination test`, s3:ListBucket), and trusts the role of the function export-files, with an external id.',
  ],
  credentials: {},
  check: (destination) => [...checkFiles(destination), ...checkBucket(destination)],
  target: ({ bucket, prefix = '', region, roleArn: role, externalId: id, kmsKeyArn }) =>
    bucket === undefined || role === undefined
      ? undefined
      : { kind: 's3', bucket, prefix, region, roleArn: role, externalId: id, kmsKeyArn },
} satisfies FileDestination<S3FileDestination>;

function checkBucket(destination: S3FileDestination): DefinitionProblem[] {
  const { bucket, roleArn: role } = destination;
  if (bucket !== undefined && role === undefined) {
    return [
      {
        path: ['bucket'],
        message: 'a bucket of another account needs a role of that account',
        hint: 'write its ARN as `roleArn`',
      },
    ];
  }
  const unused = (['prefix', 'region', 'roleArn', 'externalId', 'kmsKeyArn'] as const).filter(
    (name) => bucket === undefined && destination[name] !== undefined,
  );
  return unused.map((name) => ({
    path: [name],
    message: `"${name}" is of a bucket of another account: name its \`bucket\``,
  }));
}
