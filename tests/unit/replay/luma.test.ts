import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { fileSource } from '#cli/ingest/file-source.ts';
import { INGESTION_METHODS, type IngestionMethod } from '#cli/replay/batches.ts';
import { readInput } from '#cli/replay/read-input.ts';
import { type ReplayInput, replay } from '#cli/replay/replay.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { LUMA, LUMA_CATALOG, LUMA_FILES, type LumaExpected, luma, lumaExpected } from '#tests/harness/luma/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { size } from '#tests/harness/runs.ts';

interface AamRoute {
  readonly ingestionMethod: IngestionMethod;
  readonly seed: number;
}

const SEEDS = size([1], [1, 2, 3, 4]);
const WAYS: readonly AamRoute[] = size<readonly IngestionMethod[]>(['stream', 'batch'], INGESTION_METHODS).flatMap(
  (ingestionMethod) => SEEDS.map((seed) => ({ ingestionMethod, seed })),
);

/** The shown answers on the real data, through every door. */
describeOutside(luma, 'replay of the real data', () => {
  let catalog: CompiledCatalog;
  let expected: LumaExpected;
  let now: number;
  let inputs: Readonly<Record<string, ReplayInput>>;

  beforeAll(async () => {
    catalog = compileCatalog(await loadCatalogFolder(LUMA_CATALOG, {}));
    expected = lumaExpected();
    now = Date.parse(expected.now);
    const read = Object.entries(LUMA_FILES).map(async ([datasetId, file], index) => {
      const ingestionId = { receivedAt: now, firstTieBreaker: index * 100_000 };
      const { records, rejection } = await readInput(
        await fileSource(join(LUMA, file)),
        datasetId,
        catalog,
        ingestionId,
      );
      return [datasetId, { name: file, records, ...(rejection && { rejection }) }] as const;
    });
    inputs = Object.fromEntries(await Promise.all(read));
  });

  const run = (ingestionMethod: IngestionMethod, seed: number, datasets: readonly string[] = Object.keys(LUMA_FILES)) =>
    replay({ catalog, inputs: datasets.map((id) => inputs[id]!), now, ingestionMethod, seed });
  const known = new Map<string, ReturnType<typeof run>>();
  /** Of all datasets, worked out once for each. */
  const whole = ({ ingestionMethod, seed }: AamRoute): ReturnType<typeof run> => {
    const result = known.get(`${ingestionMethod} ${seed}`) ?? run(ingestionMethod, seed);
    known.set(`${ingestionMethod} ${seed}`, result);
    return result;
  };

  it.each(size<readonly IngestionMethod[]>(['mixed'], INGESTION_METHODS))(
    'gives the online audiences from web events alone (%s)',
    async (ingestionMethod) => {
      const { result } = await run(ingestionMethod, 7, ['web-events']);
      for (const [id, { members, count }] of Object.entries(expected.online.segments)) {
        expect(result.segments[id]?.count, id).toBe(count);
        expect(result.segments[id]?.members, id).toEqual(members.map((member) => `ECID:${member}`));
      }
      expect(result.profiles).toBe(expected.counts.ecids);
      expect(result.records).toEqual({ accepted: expected.counts.webEvents, rejected: 0, duplicate: 0 });
    },
  );

  it.each(WAYS)(
    'gives the omnichannel audiences and their way to Audience Manager ($door, seed $seed)',
    async (way) => {
      const { result } = await whole(way);
      for (const [id, { membersWithoutOptOuts }] of Object.entries(expected.omnichannel.segments)) {
        expect(result.segments[id]?.members, id).toEqual(membersWithoutOptOuts.map((member) => `CRMID:${member}`));
      }
      const { anonymousEcids, knownWithDevices, knownWithoutDevices } = expected.graphs;
      expect(result.profiles).toBe(anonymousEcids + knownWithDevices + knownWithoutDevices);
      for (const [id, { edge, hub, noSharedIdentity }] of Object.entries(expected.omnichannel.aamRoutingPerEcid)) {
        expect(result.aam[id], id).toEqual({ edge, hub, excluded: noSharedIdentity > 0 ? { noSharedIdentity } : {} });
      }
    },
  );

  it('says the same whatever the door and the seed', async () => {
    const results = await Promise.all(WAYS.map(whole));
    for (const { result } of results) expect(result).toEqual(results[0]!.result);
  });
});
