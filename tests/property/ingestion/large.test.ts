import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faultsOf } from '#tests/bench/large/check.ts';
import { runLarge } from '#tests/bench/large/run-large.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-large-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file whose workers are killed in all phases', () => {
  it('is taken in to the row: books, quarantine and lake', async () => {
    const result = await runLarge({ folder, bytes: 9 * 1_048_576, workers: 2, kills: 3, random: Math.random });
    expect(await faultsOf(result, folder)).toEqual([]);
    expect(result.batch.chunks).toBeGreaterThan(1);
  });
});
