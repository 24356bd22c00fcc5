import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { faultyIdOf, writeFaultyParquet } from './faulty-parquet.ts';
import { textIdOf, writeLargeCsv, writeLargeJson } from './order-texts.ts';
import { type Expected, expectedOf } from './rows.ts';

const FORMATS = {
  csv: { write: writeLargeCsv, idOf: textIdOf },
  json: { write: writeLargeJson, idOf: textIdOf },
  'csv.gz': { write: writeLargeCsv, idOf: textIdOf },
  'json.gz': { write: writeLargeJson, idOf: textIdOf },
  parquet: { write: writeFaultyParquet, idOf: faultyIdOf },
} as const;

export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

/**
 * Makes a large file, in a process of its own, so that the memory for it is not counted with that of taking it in.
 * @param bytes that it has at least; what a gzip has, unpacked
 */
export function makeFile(format: Format, path: string, bytes: number): Expected {
  const lastRouted = execFileSync(process.execPath, [import.meta.filename, format, path, String(bytes)], {
    encoding: 'utf8',
  });
  return expectedOf(Number(lastRouted), FORMATS[format].idOf);
}

async function write(format: Format, path: string, bytes: number): Promise<number> {
  if (!format.endsWith('.gz')) return FORMATS[format].write(path, bytes);
  const rows = FORMATS[format].write(`${path}.unpacked`, bytes);
  await pipeline(createReadStream(`${path}.unpacked`), createGzip(), createWriteStream(path));
  rmSync(`${path}.unpacked`);
  return rows;
}

if (import.meta.main) {
  const [format, path, bytes] = process.argv.slice(2);
  process.stdout.write(String(await write(format as Format, path!, Number(bytes))));
}
