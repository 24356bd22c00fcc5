import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { functionEntry } from '#core/contract/functions.ts';
import { bundleOptions } from '#lib/constructs/bundle.ts';

describe('the bundle of a function', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bundle-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has everything in it: where nothing is installed it can be loaded, also what speaks SFTP', () => {
    const { outputFiles } = buildSync({
      ...bundleOptions({ minify: false }),
      entryPoints: { index: functionEntry('export-files') },
      outdir: 'bundles',
    });
    writeFileSync(join(folder, 'index.mjs'), outputFiles.find(({ path }) => path.endsWith('.mjs'))!.contents);
    // A file, since there is more than in a module where Node is given a text.
    writeFileSync(join(folder, 'load.mjs'), "console.log(Object.keys(await import('./index.mjs')).join());");
    const env = {
      STAGE: 'try',
      OPERATIONS_TABLE: 'operations',
      CATALOG_BUCKET: 'catalog',
      EXPORTS_BUCKET: 'exports',
      DESTINATION_SECRETS_PREFIX: 'tributary/try/destinations/',
      ALLOW_PRIVATE_ENDPOINTS: 'false',
      AWS_REGION: 'eu-central-1',
    };
    const said = execFileSync(process.execPath, ['load.mjs'], { cwd: folder, env, encoding: 'utf8' });
    expect(said.trim().split('\n').at(-1)).toBe('handler');
  });
});
