import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faultsOf } from '#tests/bench/large/check.ts';
import { runLarge } from '#tests/bench/large/run-large.ts';
import { size } from '#tests/harness/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-large-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two workers, started again and again, on a machine that may be at other things too. */
const TIMEOUT = 300_000;

/** In the long stage only: to start processes again and again takes longer than anything else. */
describe.runIf(size(false, true))('a file whose workers are killed in all phases', () => {
  it.each([
    ['csv', 9],
    ['json', 9],
    ['csv.gz', 17],
    ['parquet', 15],
  ] as const)(
    'is ingested to the row: books, quarantine and lake (%s)',
    async (format, megabytes) => {
      const bytes = megabytes * 1_048_576;
      const place = join(folder, format);
      const result = await runLarge({ folder: place, bytes, format, workers: 2, kills: 3, random: Math.random });
      expect(await faultsOf(result, place)).toEqual([]);
      expect(result.batch.chunks).toBeGreaterThan(1);
      const { rejected, duplicates } = result.expected;
      expect(Math.min(rejected.size, duplicates, result.killed.split)).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});
