import { expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { attributes, ecid } from '#tests/harness/core/factories.ts';
import { activated, DAY, follow, NOW, platform } from './world.ts';

const AAM: DestinationDefinition = { id: 'aam', type: 'aam', edgeEndpoint: 'https://{host}', ...activated };

it('a device that enters by the edge after an exit by the hub enters by both: the file with the exit may be still to come', async () => {
  const run = platform(
    () => 'none',
    () => [AAM],
  );
  const { catchUp } = follow(run);
  /** Where it went, of what is decided about gold because of a record. */
  const routesAfter = async (loyalty: string, day: number): Promise<string[]> => {
    const before = run.sent.length;
    await run.stitch([attributes(NOW - day * DAY, ecid(1), { loyalty })]);
    await catchUp();
    return run.sent
      .slice(before)
      .flatMap(({ delivery }) =>
        delivery.changes.flatMap(({ segmentId, status }) =>
          segmentId === 'gold' ? [`${delivery.kind} ${status}`] : [],
        ),
      );
  };
  expect(await routesAfter('gold', 9)).toEqual(['aam-hub realized']);
  expect(await routesAfter('none', 8)).toEqual(['aam-hub exited']);
  const seen = { VA6: { captureTimestamp: new Date(NOW - DAY).toISOString() } };
  await run.stitch([attributes(NOW - 7 * DAY, ecid(1), { userActivityRegions: seen }, 'regions')]);
  expect((await routesAfter('gold', 6)).sort()).toEqual(['aam-edge realized', 'aam-hub realized']);
  expect((await routesAfter('none', 5)).sort()).toEqual(['aam-edge exited', 'aam-hub exited']);
});
