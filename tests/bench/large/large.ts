import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultsOf } from './check.ts';
import { FORMAT_NAMES } from './make-file.ts';
import { runLarge } from './run-large.ts';

/** `npm run bench -- ingestion --large`: a large file through workers that are killed again and again. */
const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '1024' },
    format: { type: 'string', default: 'csv' },
    kills: { type: 'string', default: '12' },
    workers: { type: 'string', default: '2' },
  },
});
const format = FORMAT_NAMES.find((name) => name === values.format);
if (!format) throw new Error(`--format is one of ${FORMAT_NAMES.join(', ')}`);
const MAX_MEMORY = 1.5e9;
const bytes = Number(values.mb) * 1_048_576;
const inMb = (value: number): string => `${Math.round(value / 1e6).toLocaleString('en-US')} MB`;

const folder = mkdtempSync(join(tmpdir(), 'tributary-large-'));
try {
  console.log(
    `\n${inMb(bytes)} of ${format} through split, validate-chunk and stitch-chunk, with workers that are killed\n`,
  );
  const workers = Number(values.workers);
  const result = await runLarge({ folder, bytes, format, workers, kills: Number(values.kills), random: Math.random });
  const { batch, expected, seconds, killed, peaks } = result;
  const { accepted, duplicate, rejected } = batch.counts;
  const size = statSync(join(folder, 'landing', encodeURIComponent(batch.file))).size;
  const ofWorkers = peaks.workers.reduce((sum, peak) => sum + peak, 0);
  const total = ofWorkers + peaks.tables;
  const kills = killed.split + killed.validate + killed.stitch;
  const say = (what: string, value: string): void => console.log(`  ${what.padEnd(34)}${value}`);
  const isPacked = format.endsWith('.gz');
  if (isPacked) say('size of the gzip', inMb(size));
  say('rows', expected.rows.toLocaleString('en-US'));
  say(
    'accepted + duplicate + rejected',
    `${accepted} + ${duplicate} + ${rejected} = ${accepted + duplicate + rejected}`,
  );
  say('chunks, batch', `${batch.completedChunks} of ${batch.chunks}, ${batch.status}`);
  say(
    'workers killed (SIGKILL)',
    `${kills}: split ${killed.split}, validate ${killed.validate}, stitch ${killed.stitch}`,
  );
  say(
    'MB/s, all phases, kills included',
    `${((isPacked ? bytes : size) / 1e6 / seconds).toFixed(1)} (${Math.round(seconds)} s, ${workers} workers)`,
  );
  say('most memory of the workers (VmHWM)', `${peaks.workers.map(inMb).join(' + ')}`);
  say('… of the process with the tables', `${inMb(peaks.tables)} (instead of DynamoDB and SQS)`);
  say('… in total', inMb(total));
  const faults = await faultsOf(result, folder);
  if (total > MAX_MEMORY) faults.push(`memory: ${inMb(total)}, expected at most ${inMb(MAX_MEMORY)}`);
  if (peaks.tables === 0) faults.push('memory: this system does not tell it (/proc is needed)');
  if (kills < Number(values.kills))
    console.log(`  (asked for ${values.kills} kills; the file was done before the others)`);
  console.log(faults.length === 0 ? '  counts, rows and lake are exact\n' : `\n${faults.join('\n')}\n`);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
