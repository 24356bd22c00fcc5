import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { MINUTE_MS } from '#core/util/durations.ts';
import { leaseKey } from './keys.ts';

/** Longer than a function lives: whoever has not given it back by then is gone, and puts nothing anywhere any more. */
const LEASE_MS = 16 * MINUTE_MS;

const lease = z.strictObject({ until: z.number() });

/**
 * Does something while nobody else delivers the files of a lane: a receiver takes what comes last, so a file that is late
 * would take the place of a newer one of the same name.
 * @param now epoch ms
 * @returns undefined where somebody else is at it
 */
export async function withLease<T>(
  store: ObjectStore,
  laneId: string,
  now: number,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const held = await takeLease(store, leaseKey(laneId), now);
  if (held === undefined) return undefined;
  try {
    return await work();
  } finally {
    // It ends by itself.
    await store.deleteIf(leaseKey(laneId), held).catch(() => false);
  }
}

/** @returns the ETag of the lease; undefined where somebody else has it */
async function takeLease(store: ObjectStore, key: string, now: number): Promise<string | undefined> {
  let before: string | undefined;
  for await (const entry of store.entries(key)) {
    if (entry.key !== key) continue;
    const bytes = await store.get(key, undefined, entry.etag);
    if (!bytes || lease.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).until > now) return undefined;
    before = entry.etag;
  }
  const content = Buffer.from(JSON.stringify({ until: now + LEASE_MS }));
  return store.putIf(key, content, before, { contentType: 'application/json' });
}
