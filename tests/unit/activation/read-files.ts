import { parse } from 'csv-parse/sync';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** Files as their receivers read them: what was told, by `identity/segment`. */
export type LastRouted = Map<string, 'realized' | 'exited'>;

/** A `.sync` file is added to what the hub knows (AAM-SYNC-2): signals enter, `d_unsid` leaves. */
export function applySync(lastRouted: LastRouted, body: string): LastRouted {
  for (const line of body.split('\n').slice(0, -1)) {
    const [id, fields = ''] = line.split('\t');
    for (const field of fields.split(',')) {
      const [, entered, left] = /^(?:"segID"="([^"]+)"|d_unsid=([^,"]+))$/.exec(field) ?? [];
      if (entered === undefined && left === undefined) throw new Error(`not a field of an inbound file: ${field}`);
      lastRouted.set(`${id}/${entered ?? left}`, entered === undefined ? 'exited' : 'realized');
    }
  }
  return lastRouted;
}

/** A CSV file of one segment. */
export function applyCsv(lastRouted: LastRouted, name: string, body: string): LastRouted {
  const segment = /_segment([^/]+)_\d{14}(_\d+)?\.csv$/.exec(name)?.[1];
  const rows: Record<string, string>[] = parse(body, { columns: true });
  for (const row of rows)
    lastRouted.set(`${row.identity}/${segment}`, row['segmentMembership.status'] as 'realized' | 'exited');
  return lastRouted;
}

/** What a receiver knows after reading all files under a prefix, in the order of their names. */
export async function readAll(store: ObjectStore, prefix: string): Promise<LastRouted> {
  const lastRouted: LastRouted = new Map();
  for await (const key of store.list(prefix)) {
    const body = Buffer.from((await store.get(key))!).toString('utf8');
    if (key.endsWith('.csv')) applyCsv(lastRouted, key, body);
    else applySync(lastRouted, body);
  }
  return lastRouted;
}
