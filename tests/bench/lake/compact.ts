import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactStep } from '#core/lake/compact.ts';
import { compactionSettings } from '#core/lake/compaction-days.ts';
import { fileStore } from '../large/file-store.ts';
import { processorTime } from '../measure.ts';
import { PARTITION } from './small-objects.ts';

/** Compacts the lake of a folder as the function does, alone in its process, and prints what it took. */
const folder = process.argv[2]!;
const begun = performance.now();
const step = await compactStep(PARTITION, '2026-03-02', {
  lake: fileStore(join(folder, 'lake')),
  settings: compactionSettings(128 * 1024 ** 2),
  newId: String,
});
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1_024;
const [seconds, processor] = [(performance.now() - begun) / 1_000, processorTime() / 1_000];
process.stdout.write(JSON.stringify({ ...step, seconds, processor, peak }));
