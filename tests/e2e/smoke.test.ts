import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyCatalog } from '#cli/catalog/activate.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import type { Flow } from '#cli/ingest/wait.ts';
import { localVariables } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { projectRoot } from '#cli/root.ts';
import { addSmokeDefinitions } from '#cli/smoke/definitions.ts';
import type { SmokeStep } from '#cli/smoke/steps.ts';
import { SMOKE } from '#core/identity/smoke.ts';
import { cli } from '#tests/harness/cli.ts';
import { deployedContents } from '#tests/harness/deployed-contents.ts';

/** Of an identity that is deleted the key of a delivery state stays for 30 days, without contents. */
const GONE_BY = ['operations DELIVERY'];

describe('tributary smoke on a deployed stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-smoke-'));
  const catalog = join(folder, 'catalog');
  let flow: Flow;

  beforeAll(async () => {
    cpSync(join(projectRoot, 'catalog'), catalog, { recursive: true });
    ({ flow } = await deployAndApply(projectRoot, catalog, new Progress(process.stdout)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (...flags: string[]) => {
    const { code, stdout } = await cli('smoke', '--json', ...flags);
    return { code, ...(JSON.parse(stdout) as { ok: boolean; steps: SmokeStep[] }) };
  };
  const placesOf = async (text: string): Promise<string[]> =>
    [...(await deployedContents(flow.resources))].flatMap(([place, contents]) =>
      contents.includes(text) ? [place] : [],
    );

  it('says what to add where the active catalog has no place for a synthetic record, and sends nothing', async () => {
    const { code, ok, steps } = await run();
    expect([code, ok, steps.map(({ step }) => step)]).toEqual([1, false, ['catalog']]);
    expect(steps[0]?.detail).toMatch(
      /no namespace TributarySmoke, namespace TributarySmokeDevice, dataset tributary-smoke.*--add-to DIR/s,
    );
  });

  it('ingests, stitches, evaluates, delivers and deletes in two minutes, and leaves nothing that names the profile', async () => {
    addSmokeDefinitions(catalog);
    await applyCatalog(await loadCatalogFolder(catalog, localVariables(projectRoot)), flow.resources, {
      stage: 'local',
      note: {},
      running: () => {},
    });
    const membersOf = async () => JSON.parse((await cli('status', '--recount', '--json')).stdout).segments as object;
    const before = await membersOf();
    const { code, ok, steps } = await run('--wait');
    console.log(steps.map(({ step, seconds }) => `${step} ${seconds} s`).join(', '));
    expect([code, ok], JSON.stringify(steps)).toEqual([0, true]);
    const names = ['catalog', 'ingest', 'stitch', 'evaluate', 'deliver', 'export', 'delete', 'clean up', 'receipt'];
    expect(steps.map(({ step }) => step)).toEqual(names);
    expect(steps.slice(0, -1).reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(120);
    expect((await placesOf(`${SMOKE.cookie}:`)).filter((place) => !GONE_BY.includes(place))).toEqual([]);
    expect(Object.keys(before).length).toBeGreaterThan(5);
    expect(await membersOf()).toEqual(before);
  });

  it('fails with a reason where a step does not come to its end, and takes away what it had sent', async () => {
    expect((await cli('destination', 'pause', SMOKE.destination)).code).toBe(0);
    try {
      const { code, ok, steps } = await run('--seconds', '20');
      expect([code, ok]).toEqual([1, false]);
      expect(steps.map(({ step, ok: isDone }) => [step, isDone]).slice(-2)).toEqual([
        ['deliver', false],
        ['clean up', true],
      ]);
      expect(steps.at(-2)?.detail).toMatch(/^not within 20 s\. See the logs of .*destination runs/);
    } finally {
      expect((await cli('destination', 'resume', SMOKE.destination)).code).toBe(0);
    }
  });

  it('can be run again at once', async () => {
    const { code, steps } = await run();
    expect(code, JSON.stringify(steps)).toBe(0);
  });
});
