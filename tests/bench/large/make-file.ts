import { execFileSync } from 'node:child_process';
import { csvIdOf, writeLargeCsv } from './csv-file.ts';
import { faultyIdOf, writeFaultyParquet } from './faulty-parquet.ts';
import { type Expected, expectedOf } from './rows.ts';

export type Format = 'csv' | 'parquet';

const FORMATS = {
  csv: { write: writeLargeCsv, idOf: csvIdOf },
  parquet: { write: writeFaultyParquet, idOf: faultyIdOf },
} as const;

/** Makes a large file, in a process of its own, so that the memory for it is not counted with that of taking it in. */
export function makeFile(format: Format, path: string, bytes: number): Expected {
  const told = execFileSync(process.execPath, [import.meta.filename, format, path, String(bytes)], {
    encoding: 'utf8',
  });
  return expectedOf(Number(told), FORMATS[format].idOf);
}

if (import.meta.main) {
  const [format, path, bytes] = process.argv.slice(2);
  process.stdout.write(String(FORMATS[format as Format].write(path!, Number(bytes))));
}
