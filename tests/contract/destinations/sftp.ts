import { sftp } from '#core/activation/destinations/sftp/definition.ts';
import type { ExportFile } from '#core/activation/files/export-file.ts';
import { createHandler } from '#lambdas/functions/deliver-s3-file/handler.ts';
import { identity, profileDelivery } from '#tests/unit/activation/factories.ts';
import type { LastRouted } from '#tests/unit/activation/read-files.ts';
import type { FileConformance } from '../file-destination.contract.ts';

const file = sftp.definition.parse({
  ...sftp.example,
  type: 'sftp',
  segments: ['A1'],
  format: 'json',
  compression: 'gzip',
});

interface Row {
  readonly identity: string;
  readonly 'segmentMembership.status': 'realized' | 'exited';
}

/** What a receiver knows after one more file of lines. */
function read(known: LastRouted, { body, key }: ExportFile): LastRouted {
  const [, segmentId] = /_segment(\w+)_/.exec(key)!;
  const rows = body.split('\n').filter((line) => line !== '');
  return new Map([
    ...known,
    ...rows.map((line) => {
      const row = JSON.parse(line) as Row;
      return [`${row.identity}/${segmentId}`, row['segmentMembership.status']] as const;
    }),
  ]);
}

export const fileConformance: FileConformance = {
  laneId: 'partner-files',
  create: (exports) => createHandler({ exports }),
  delivery: (n, change) =>
    profileDelivery({ destinationId: 'partner-files', identities: [identity('CRMID', `C-${n}`)], ...change }),
  files: (rows, slot, left) => sftp.files(rows, file, slot, left),
  read,
  nameOf: (n) => `C-${n}`,
};
