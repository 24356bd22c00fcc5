import { describe, expect, it } from 'vitest';
import { readCatalogFolder } from '#cli/catalog/read-folder.ts';
import { DATASET_IDS, type Example, generateExample } from '#cli/example/generate.ts';
import { EXAMPLE_FILES, exampleFiles } from '#cli/example/write.ts';
import { readInput } from '#cli/replay/read-input.ts';
import { type ReplayResult, replay } from '#cli/replay/replay.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

async function replayOf(example: Example, seed: number): Promise<ReplayResult> {
  const catalog = compileCatalog(loadCatalog(await readCatalogFolder('catalog'), {}).catalog!);
  const files = exampleFiles(example);
  const inputs = await Promise.all(
    DATASET_IDS.map(async (id, i) => {
      const name = EXAMPLE_FILES[id];
      const source = bytesSource(name, new TextEncoder().encode(files.get(name)));
      return { name, ...(await readInput(source, id, catalog, { receivedAt: NOW, firstTieBreaker: i * 1_000_000 })) };
    }),
  );
  return (await replay({ catalog, inputs, now: NOW, ingestionMethod: 'mixed', seed })).result;
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((x, y) => x + y, 0);

describe('what comes of the example', () => {
  it.each([1, 2, 3])('is what its own model expects, with seed %i', { timeout: 60_000 }, async (seed) => {
    const example = generateExample({ seed, now: NOW, persons: 150 });
    const { segments, records } = await replayOf(example, seed);
    const members = Object.entries(segments).map(([id, segment]) => [id, [...segment.members].sort()]);
    expect(Object.fromEntries(members)).toEqual(example.expected.audiences);
    expect(records).toMatchObject({
      rejected: sum(example.expected.rejected),
      duplicate: sum(example.expected.duplicates),
    });
  });
});
