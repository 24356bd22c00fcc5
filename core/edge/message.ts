import { hash } from 'node:crypto';
import * as z from 'zod';
import type { CollectedMessage } from '#core/ports/collection-stream.ts';
import { keysIn } from './profile.ts';
import type { EdgeSettings } from './settings.ts';

type Fields = Readonly<Record<string, unknown>>;

const KEY_LENGTH = 22;

/**
 * A record of the edge as the stream carries it: in the envelope of every other. Records of the strongest identity that
 * it names go by one shard and keep their order.
 */
export function messageOf(datasetId: string, entity: Fields, settings: Pick<EdgeSettings, 'rank'>): CollectedMessage {
  const data = Buffer.from(JSON.stringify({ header: { datasetId }, body: { xdmEntity: entity } }));
  return {
    key: hash('sha256', keysIn(entity.identityMap, settings.rank)[0] ?? '', 'base64url').slice(0, KEY_LENGTH),
    data,
  };
}

/** A record for which the stream had no room, on the queue where it waits for some. */
export const lateMessage = z.strictObject({ key: z.string().min(1).max(256), data: z.string().min(1) });
export type LateMessage = z.output<typeof lateMessage>;

/** A message as the queue carries it. */
export const toLate = ({ key, data }: CollectedMessage): LateMessage => ({
  key,
  data: Buffer.from(data).toString('utf8'),
});
/** Inverse of {@link toLate}. */
export const fromLate = ({ key, data }: LateMessage): CollectedMessage => ({ key, data: Buffer.from(data) });
