import { expect, it } from 'vitest';
import { companyWiring } from '#tests/harness/interleaving/company.ts';
import { drawFrom } from '#tests/harness/interleaving/draw.ts';
import type { Happening } from '#tests/harness/interleaving/history.ts';
import { InterleavedWorld } from '#tests/harness/interleaving/world.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const DEVICE = '1'.padStart(38, '0');

it('a destination whose file loses the row with an exit to a deletion is told the exit again', async () => {
  const wiring = companyWiring(readWiring(templatesOf('prod')));
  const world = new InterleavedWorld({
    wiring,
    start: START,
    draw: drawFrom(1),
    crashes: 0,
    faults: 0,
    failures: 0,
  });
  const rows = async (): Promise<string[]> => {
    const { exports } = world.platform.stores;
    const keys = (await Array.fromAsync(exports.list('rows/'))).filter((key) => key.includes('_segmentstranger_'));
    const texts = await Promise.all(keys.map(async (key) => new TextDecoder().decode(await exports.get(key))));
    const lines = texts.flatMap((text) => text.split('\r\n').filter((line) => line.includes(DEVICE)));
    return lines.map((line) => line.split(',')[1]!);
  };
  const happen = (...happenings: readonly Happening[]): Promise<void> =>
    world.happen(happenings.map((happening, at) => ({ gap: at === 0 ? 0 : MINUTE, happening })));

  await happen({ what: 'event', type: 'view', device: 1 });
  // Strangers have never bought anything.
  await happen({ what: 'export' }, { what: 'event', type: 'buy', device: 1 });
  await happen({ what: 'export' });
  expect(await rows()).toEqual(['realized', 'exited']);

  // Before anybody has fetched these files.
  await happen({ what: 'erase', device: 1 });
  await world.recover();
  await world.state();
  expect(await rows()).toEqual(['exited']);
});
