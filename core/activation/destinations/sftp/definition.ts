import { z } from 'zod';
import type { FileDestination } from '#core/activation/destination-type.ts';
import { checkFiles, fileDeclaration, fileSettings } from '#core/activation/files/file-settings.ts';
import { wholeNumber } from '#core/activation/vendor-settings.ts';

const definition = z.strictObject({
  ...fileSettings,
  type: z.literal('sftp'),
  host: z
    .string()
    .regex(
      /^(?=.{1,253}$)[a-z0-9]([a-z0-9.:-]*[a-z0-9])?$/i,
      'expected the name or the address of a host, without "sftp://"',
    ),
  port: wholeNumber.pipe(z.int().min(1).max(65_535)).default(22),
  user: z.string().regex(/^[\w.@\\-]{1,128}$/, 'expected 1 to 128 letters, digits or _.@-'),
  /** Where files are put; it has to be there. */
  folder: z
    .string()
    .max(512)
    .regex(/^(?!.*(^|\/)\.\.(\/|$))[\w ./-]+$/, 'expected a folder such as /upload/audiences, without ".."')
    .default('.'),
  /** Fingerprints of the host, as `ssh-keygen -l` prints them: several while it changes its key. */
  hostKeys: z
    .array(
      z
        .string()
        .regex(
          /^SHA256:[A-Za-z0-9+/]{43}$/,
          'expected a fingerprint such as SHA256:…, by `ssh-keyscan HOST | ssh-keygen -lf -`',
        ),
    )
    .min(1)
    .max(5),
});
export type SftpDestination = z.output<typeof definition>;

/** Files on an SFTP server (aep.md §6.3). */
export const sftp = {
  ...fileDeclaration,
  name: 'sftp',
  title: 'Files by SFTP',
  summary:
    'Files of memberships and mapped attributes (CSV, JSON, Parquet), by schedule, in a folder of an SFTP server.',
  definition,
  example: {
    id: 'partner-files',
    host: 'sftp.example.com',
    user: 'tributary',
    folder: '/upload',
    hostKeys: ['SHA256:1VUXrFVy8vRsLLcEUDHkGqHGCUeHVmzUXKTnbVGB3vQ'],
    identity: 'CRMID',
    attributes: ['segmentMembership.status'],
  },
  setUp: [
    'Have a user with a password or a public key at the server (Ed25519, or RSA of 2048 bits or more), and a folder that it may write to.',
    'Find the fingerprint of the host: `ssh-keyscan -p PORT HOST | ssh-keygen -lf -`. Compare it with what the owner of the server says, and write it into `hostKeys`.',
    'Put the password, or the private key and its passphrase, into the secret.',
  ],
  credentials: {
    privateKey: 'the private key of the user, in the format of OpenSSH or PEM',
    passphrase: 'of the private key, where it has one',
    password: 'of the user, where there is no key',
  },
  check: checkFiles,
  target: ({ host, port, user, folder, hostKeys }) => ({ kind: 'sftp', host, port, user, folder, hostKeys }),
} satisfies FileDestination<SftpDestination>;
