import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { functionEntry } from '#core/contract/functions.ts';
import { bundleOptions } from '#lib/constructs/bundle.ts';

const RUNS = 9;

/** What the function finds when it is started; nothing of it is called while it starts. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  STAGE: 'bench',
  ...Object.fromEntries(
    ['OPERATIONS_TABLE', 'CATALOG_BUCKET', 'PROFILES_TABLE', 'MEMBERSHIPS_TABLE', 'EDGE_PROFILES_TABLE'].map((name) => [
      name,
      'bench',
    ]),
  ),
  ...{ COLLECTION_STREAM: 'bench', LATE_QUEUE_URL: 'https://sqs.invalid/1/late' },
  ...{ EDGE_PROFILES: 'off', BEHIND_CDN: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' },
};

/**
 * How long a fresh Node process takes to load the function as it is deployed, clients of AWS included: what a cold start
 * has besides starting a machine, and besides the first read of the catalog. Wall time, the middle of several.
 */
export function measureStart(): { readonly kilobytes: number; readonly loadMs: number; readonly nodeMs: number } {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-edge-start-'));
  try {
    buildSync({
      ...bundleOptions({ minify: true }),
      entryPoints: { index: functionEntry('edge') },
      outdir: folder,
      write: true,
    });
    const file = join(folder, 'index.mjs');
    const script = `const before = performance.now(); await import(${JSON.stringify(file)}); console.log(JSON.stringify([performance.now() - before, before]))`;
    const runs = Array.from({ length: RUNS }, () => {
      const options = { env: { ...ENVIRONMENT, PATH: process.env.PATH ?? '' }, encoding: 'utf8' } as const;
      return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], options)) as number[];
    });
    const middle = (index: number): number => runs.map((run) => run[index]!).sort((x, y) => x - y)[RUNS >> 1]!;
    return { kilobytes: statSync(file).size / 1_000, loadMs: middle(0), nodeMs: middle(1) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
