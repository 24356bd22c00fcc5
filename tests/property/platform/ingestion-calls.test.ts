import { beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { chunkCalls, fileCalls } from '#cli/replay/cost/cost-run.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { addUsage, noUsage, type Usage } from '#core/cost/usage.ts';
import { GENERATED_UNTIL, generatedEvents } from '#tests/bench/generated-events.ts';
import { LUMA_CATALOG } from '#tests/harness/luma/data.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

/** What a call of a port asks of AWS, by its adapter; what is not here is no part of receiving records. */
const ASKS: Readonly<Record<string, Partial<Usage>>> = {
  'landing.put': { s3Puts: 1 },
  'lake.put': { s3Puts: 1 },
  'landing.get': { s3Gets: 1 },
  'landing.size': { s3Gets: 1 },
  'operations.batch': { reads: 1, readUnits: 1 },
  'operations.openBatch': { writes: 1, writeUnits: 1 },
  'operations.decide': { writes: 1, writeUnits: 1 },
  'operations.lease': { writes: 1, writeUnits: 1 },
  'operations.release': { writes: 1, writeUnits: 1 },
  'tallies.commit': { writes: 1, writeUnits: 1 },
  // A transaction of two items, and a look at what has come of it.
  'operations.countValidated': { writes: 2, writeUnits: 4, reads: 1, readUnits: 1 },
  'operations.completeChunk': { writes: 2, writeUnits: 4 },
  'queues.send': { sqsRequests: 1 },
};
const FUNCTIONS = ['split', 'validate-chunk', 'stitch-chunk', 'stitch-stream'];
/** Counted with the items that they write, or kept for seconds. */
const ELSEWHERE = /^(?:profiles|timeline|lookups|suppressions)\./;

describe('the calls that costs are calculated from', () => {
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    catalog = compileCatalog(await loadCatalogFolder(LUMA_CATALOG, {}));
  });

  /** The real functions, and what they ask for. */
  function counting(chunkBytes: number): { readonly platform: Platform; readonly usage: Usage } {
    const usage = noUsage();
    const platform = createPlatform({
      wiring: readWiring(templatesOf('prod')),
      catalog,
      start: GENERATED_UNTIL,
      chunkBytes,
      intercept: (port, name, reader) =>
        !FUNCTIONS.includes(reader)
          ? port
          : new Proxy(port, {
              get(target, key) {
                const value: unknown = Reflect.get(target, key, target);
                if (typeof value !== 'function') return value;
                return (...given: unknown[]) => {
                  const call = `${name}.${String(key)}`;
                  const asks = ASKS[call];
                  if (asks) addUsage(usage, asks);
                  else if (!ELSEWHERE.test(call)) throw new Error(`What does ${call} of ${reader} cost?`);
                  return value.apply(target, given);
                };
              },
            }),
    });
    return { platform, usage };
  }

  it.each([
    [1, 1, 8],
    [1_300, 1, 8],
    [2_500, 5, 1],
  ])('of a file of %i events in %i chunks are those that its functions make', async (events, chunks, chunkMb) => {
    const { platform, usage } = counting(chunkMb * 1_048_576);
    const lines = generatedEvents(events).map((event) => JSON.stringify(event));
    const content = lines.join('\n');
    await platform.upload('landing/web-events/events.ndjson', content);
    await platform.poller.run();
    expect(platform.leftovers()).toEqual({});

    const expected = noUsage();
    addUsage(expected, fileCalls(content.length / 1_024, chunks));
    // The upload itself, what S3 announces, and what Lambda receives and deletes: no function asks for them.
    addUsage(expected, { s3Puts: -1, sqsRequests: -3 - 4 * chunks });
    addUsage(expected, { ...chunkCalls(events / chunks), sqsRequests: 4, s3Puts: 0 }, chunks);
    const { s3Puts, ...rest } = usage;
    const { s3Puts: expectedPuts, ...expectedRest } = expected;
    expect(rest).toEqual({ ...expectedRest, sqsRequests: 2 });
    expect(s3Puts).toBe(expectedPuts + chunks * Math.ceil(events / chunks / 1_000));
  });

  it('of a call by the stream are one object of the lake and one counter', async () => {
    const { platform, usage } = counting(8 * 1_048_576);
    const [xdmEntity] = generatedEvents(1);
    platform.collect(JSON.stringify({ header: { datasetId: 'web-events' }, body: { xdmEntity } }));
    await platform.poller.run();
    expect(usage).toEqual({ ...noUsage(), s3Puts: 1, writes: 1, writeUnits: 1 });
  });
});
