import { s3File } from '#core/activation/destinations/s3-file/definition.ts';
import { createHandler } from '#lambdas/functions/deliver-s3-file/handler.ts';
import { identity, profileDelivery } from '#tests/unit/activation/factories.ts';
import { applyCsv } from '#tests/unit/activation/read-files.ts';
import type { FileConformance } from '../file-destination.contract.ts';

const file = s3File.definition.parse({
  id: 'crm-export',
  type: 's3-file',
  segments: ['A1'],
  identity: 'CRMID',
  attributes: ['segmentMembership.status', 'note'],
});

export const fileConformance: FileConformance = {
  laneId: 'crm-export',
  create: (exports) => createHandler({ exports }),
  delivery: (n, change) =>
    profileDelivery({ destinationId: 'crm-export', identities: [identity('CRMID', `C-${n}`)], ...change }),
  files: (rows, slot) => s3File.files(rows, file, slot),
  read: (lastRouted, { key, body }) => applyCsv(lastRouted, key, body),
  nameOf: (n) => `C-${n}`,
};
