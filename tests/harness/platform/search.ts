import { hash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Platform } from './platform.ts';

/** Everything that a store has, as text: what is packed is unpacked. */
export async function contentsOf({ stores, poller }: Platform): Promise<ReadonlyMap<string, string>> {
  const table = (entries: Iterable<unknown>): string => JSON.stringify([...entries]);
  const contents = new Map<string, string>([
    ['profiles', table(stores.profiles.entries())],
    ['timeline', table(stores.timeline.entries())],
    ['memberships', table(stores.memberships.entries())],
    ['edge profiles', table(stores.edgeProfiles.entries())],
    ['delivery state', table(stores.deliveryStates.entries())],
    ['what was seen of activities', table(stores.activityCounts.entries())],
    ['deletions', table(stores.erasures.entries())],
    ['batches', JSON.stringify(await Array.fromAsync(stores.operations.batches()))],
    ['stream counts', JSON.stringify(await Array.fromAsync(stores.counts.streams()))],
    ['jobs', JSON.stringify([await stores.jobs.latest(), await stores.erasureJobs.latest()])],
    ['landing', await objectsOf(stores.landing)],
    ['lake', await objectsOf(stores.lake)],
    ['quarantine', await objectsOf(stores.quarantine)],
    ['exports', await objectsOf(stores.exports)],
  ]);
  for (const name of QUEUES) contents.set(`queue ${name}`, JSON.stringify(poller.queue(name).messages));
  return contents;
}

const QUEUES = ['validation', 'chunks', 'evaluation', 'expiry', 'erasure'];

async function objectsOf(store: ObjectStore): Promise<string> {
  const texts: string[] = [];
  for await (const key of store.list('')) {
    const bytes = (await store.get(key))!;
    texts.push(key);
    if (key.endsWith('.parquet')) texts.push(JSON.stringify(await unpackLakeRows(bytes)));
    texts.push((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : Buffer.from(bytes)).toString('latin1'));
  }
  return texts.join('\n');
}

/** A value as it may stand anywhere: as it is, encoded, and hashed without a key. */
export function traitsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    value,
    encodeURIComponent(value),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    ...(['sha256', 'md5'] as const).flatMap((algorithm) =>
      (['hex', 'base64', 'base64url'] as const).map((encoding) => hash(algorithm, value, encoding).replace(/=+$/, '')),
    ),
  ];
}

/** Where values stand: `store: value`. */
export async function findIn(platform: Platform, values: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const [store, text] of await contentsOf(platform)) {
    const lower = text.toLowerCase();
    for (const value of values) {
      if (traitsOf(value).some((trait) => lower.includes(trait.toLowerCase()))) found.push(`${store}: ${value}`);
    }
  }
  return found;
}
