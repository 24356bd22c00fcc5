import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { projectRoot } from '#cli/root.ts';
import { addSmokeDefinitions, SMOKE_DEFINITIONS } from '#cli/smoke/definitions.ts';
import { lacksForSmoke } from '#cli/smoke/preflight.ts';
import { type SmokeStep, StepFailed, Steps } from '#cli/smoke/steps.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { cli } from '#tests/harness/cli.ts';

const LANES = ['webhook', 'tributary-smoke'];

describe('the definitions of smoke tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-smoke-'));
  const catalog = join(folder, 'catalog');
  beforeAll(() => cpSync(join(projectRoot, 'catalog'), catalog, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));
  const compiled = async () => compileCatalog(await loadCatalogFolder(catalog, {}));

  it('are what a catalog and a stage lack without them, with what to write and to run', async () => {
    const lacking = lacksForSmoke(await compiled(), ['webhook'], 'qa');
    expect(lacking).toEqual([
      expect.stringMatching(
        /no delivery lane "tributary-smoke".* stages\/qa\.yaml.*\n {4}- \{ id: tributary-smoke, type: s3-file/,
      ),
      expect.stringMatching(
        /namespace TributarySmoke, namespace TributarySmokeDevice, dataset tributary-smoke, segment .*--add-to DIR\n.*apply .*--stage qa/s,
      ),
    ]);
  });

  it('can be added to any catalog, which is valid with them, and then nothing is lacking', async () => {
    const added = await cli('smoke', '--add-to', catalog);
    expect([added.code, added.stdout.trim().split('\n')]).toEqual([
      0,
      Object.keys(SMOKE_DEFINITIONS).map((file) => `${catalog}/${file}`),
    ]);
    const validated = await cli('catalog', 'validate', '--catalog', catalog);
    expect([validated.code, validated.stderr]).toEqual([0, '']);
    expect(lacksForSmoke(await compiled(), LANES, 'qa')).toEqual([]);
    expect(compileCatalog(await loadCatalogFolder(catalog, {})).segments.plans.get('tributary-smoke')?.method).not.toBe(
      'batch',
    );
    expect(addSmokeDefinitions(catalog)).toEqual([]);
  });

  it('must not be what a real destination is sent', async () => {
    const webhook = join(catalog, 'destinations', 'webhook.yaml');
    writeFileSync(webhook, readFileSync(webhook, 'utf8').replace(/^segments: \[/m, 'segments: [tributary-smoke, '));
    expect(lacksForSmoke(await compiled(), LANES, 'qa')).toEqual([
      expect.stringContaining('The destination "webhook" is sent the segment "tributary-smoke"'),
    ]);
  });

  it('are not written over something else, nor where there is no catalog', () => {
    writeFileSync(join(catalog, 'datasets', 'tributary-smoke.yaml'), 'id: mine\n');
    expect(() => addSmokeDefinitions(catalog)).toThrow(
      /tributary-smoke\.yaml is there already and says something else/,
    );
    expect(() => addSmokeDefinitions(folder)).toThrow(/is no folder of a catalog/);
  });
});

describe('the steps of a smoke test', () => {
  it('end with the first that fails, which says why', async () => {
    const shown: SmokeStep[] = [];
    const steps = new Steps(60, (step) => shown.push(step));
    expect(await steps.run('one', async () => ({ detail: 'seen', value: 7 }))).toBe(7);
    await expect(steps.run('two', () => Promise.reject(new Error('no')))).rejects.toThrow(StepFailed);
    expect(shown.map(({ step, ok, detail }) => [step, ok, detail])).toEqual([
      ['one', true, 'seen'],
      ['two', false, 'no'],
    ]);
    expect(steps.done).toEqual(shown);
  });

  it('fail when the time is over, and say where to look', async () => {
    const steps = new Steps(0, () => {});
    await expect(steps.until(async () => undefined, 'See the log.')).rejects.toThrow('not within 0 s. See the log.');
    expect(await steps.until(async () => 1, '')).toBe(1);
  });
});
