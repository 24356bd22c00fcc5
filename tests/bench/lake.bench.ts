import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepResult } from '#core/lake/compact.ts';
import { FUNCTION_SIZES } from '#lib/config/defaults.ts';
import { makeSmallObjects, ROWS } from './lake/small-objects.ts';
import { thousands } from './measure.ts';

/**
 * What it takes to make one object of the lake of small ones, as `compact-lake` does it, from disk to disk: S3 comes on
 * top of the time, a part of 8 MB on top of the memory.
 */
const SHAPES = [
  { rows: 'wide', objects: 300 },
  { rows: 'narrow', objects: 300 },
  { rows: 'narrow', objects: 2_000 },
] as const;
const { memoryMb, timeoutSeconds } = FUNCTION_SIZES['compact-lake'];
/** What Lambda lets the heap of a function grow to. */
const HEAP_MB = Math.floor(memoryMb * 0.9);

console.log(`\nSmall objects of the lake → one (the function has ${memoryMb} MB and ${timeoutSeconds} s)\n`);
console.log(
  `  ${'rows'.padEnd(8)}${'objects'.padStart(9)}${'MB'.padStart(7)}${'rows'.padStart(12)}${'MB/s'.padStart(7)}${'processor, s'.padStart(14)}${'most memory, MB'.padStart(17)}`,
);
for (const { rows, objects } of SHAPES) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-lake-'));
  try {
    const made = await makeSmallObjects(folder, objects, ROWS[rows]!);
    const lastRouted = execFileSync(
      process.execPath,
      [`--max-old-space-size=${HEAP_MB}`, join(import.meta.dirname, 'lake', 'compact.ts'), folder],
      { encoding: 'utf8' },
    );
    const step = JSON.parse(lastRouted) as StepResult & { processor: number; peak: number };
    if (step.rows !== made) throw new Error(`${step.rows} rows of ${made} are in the new object`);
    const [size, peak] = [step.bytesAfter / 1e6, step.peak / 1e6];
    console.log(
      `  ${rows.padEnd(8)}${thousands(objects).padStart(9)}${size.toFixed(0).padStart(7)}${thousands(step.rows).padStart(12)}${(size / step.processor).toFixed(1).padStart(7)}${step.processor.toFixed(1).padStart(14)}${thousands(peak).padStart(17)}`,
    );
    if (peak > memoryMb * 1e6 * 0.7 || step.processor > timeoutSeconds / 3) {
      throw new Error('The function would have hardly any room left: give it more in lib/config/defaults.ts');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
