import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { outsideData } from '#tests/harness/outside/data.ts';

/** The real data set that lies beside the checkout in CI; it is no part of the repository. */
export const luma = outsideData('data/luma');
export const LUMA = luma.path;

export const LUMA_CATALOG = join('tests', 'fixtures', 'luma-catalog');

/** Dataset → file. */
export const LUMA_FILES = {
  'web-events': 'web-events.ndjson.gz',
  logins: 'logins.ndjson',
  customers: 'customers.csv',
  'store-orders': 'store-orders.csv',
  regions: 'regions.ndjson',
} as const;

interface AamRouting {
  readonly edge: Readonly<Record<string, number>>;
  readonly hub: number;
  readonly noSharedIdentity: number;
}

export interface LumaExpected {
  readonly now: string;
  readonly counts: { readonly webEvents: number; readonly ecids: number };
  readonly graphs: {
    readonly anonymousEcids: number;
    readonly knownWithDevices: number;
    readonly knownWithoutDevices: number;
  };
  readonly online: {
    readonly segments: Readonly<Record<string, { readonly count: number; readonly members: readonly string[] }>>;
  };
  readonly omnichannel: {
    readonly segments: Readonly<
      Record<string, { readonly countWithoutOptOuts: number; readonly membersWithoutOptOuts: readonly string[] }>
    >;
    readonly aamRoutingPerEcid: Readonly<Record<string, AamRouting>>;
  };
}

export const lumaExpected = (): LumaExpected =>
  JSON.parse(readFileSync(join(LUMA, 'expected.json'), 'utf8')) as LumaExpected;

/** The text of a file, unpacked. */
export function lumaText(file: string): string {
  const bytes = readFileSync(join(LUMA, file));
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The same text with every instant moved by so many milliseconds. */
export const shifted = (text: string, by: number): string =>
  text.replace(INSTANT, (instant) => new Date(Date.parse(instant) + by).toISOString());
