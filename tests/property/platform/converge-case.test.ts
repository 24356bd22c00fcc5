import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const CASE = outsideData('cases/converge');
const START = Date.parse('2026-03-01T10:00:00Z');
const DEVICE = '1'.padStart(38, '0');

/** The catalog of the case, as its script writes it. */
async function catalogOfCase(): Promise<CompiledCatalog> {
  const script = readFileSync(join(CASE.path, 'repro'), 'utf8').split('cat > tests/repro.ts')[0]!;
  const folder = execFileSync('bash', ['-c', `${script}\necho "$D"`], { encoding: 'utf8' }).trim();
  try {
    return compileCatalog(await loadCatalogFolder(folder, {}));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describeOutside(CASE, 'a customer who enters an audience and logs in on a device that was in another', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = await catalogOfCase();
    wiring = readWiring(templatesOf('prod'));
  });

  it.each(Array.from({ length: 21 }, (_, n) => n * 250))(
    'leaves nothing of the device at the destination, %i ms apart',
    async (gap) => {
      const platform = createPlatform({ wiring, catalog, start: START });
      const { poller } = platform;
      let events = 0;
      const send = (eventType: string, ids: Readonly<Record<string, string>>): void => {
        const identityMap = Object.fromEntries(Object.entries(ids).map(([namespace, id]) => [namespace, [{ id }]]));
        const timestamp = new Date(poller.clock.now()).toISOString();
        platform.collect(enveloped('events', { _id: `e${events++}`, timestamp, eventType, identityMap }));
      };
      for (let bought = 0; bought < 3; bought++) {
        send('buy', { CRMID: 'c1' });
        await poller.run();
      }
      send('view', { ECID: DEVICE });
      await poller.run();
      expect((await deliveredTo(platform)).webhook).toEqual([`ecid:${DEVICE} X`]);

      send('vip', { CRMID: 'c1' });
      await poller.run({ until: poller.clock.now() + gap });
      send('login', { CRMID: 'c1', ECID: DEVICE });
      await poller.run();
      const routed = ['crmid:c1 Y', `ecid:${DEVICE} Y`];
      expect((await deliveredTo(platform)).webhook).toEqual(routed);
      await platform.schedules.evaluateBatch();
      await poller.run();
      expect((await deliveredTo(platform)).webhook).toEqual(routed);
    },
  );
});
