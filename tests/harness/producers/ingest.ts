import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import stringify from 'safe-stable-stringify';
import { readInput } from '#cli/replay/read-input.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog, renderProblem } from '#core/catalog/load.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { ingest } from '#core/pipeline/ingest.ts';
import { validate } from '#core/pipeline/process.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { groupsOf } from '#core/util/groups.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const CATALOG = join(import.meta.dirname, '..', '..', 'producers', 'catalog');

/** The catalog of the producers' people, with definitions of one's own. @param files path → YAML */
export function producersCatalog(files: Readonly<Record<string, string>>): CompiledCatalog {
  const given = readdirSync(CATALOG, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = given.map(({ parentPath, name }) => join(parentPath, name));
  const all = new Map(paths.map((path) => [relative(CATALOG, path), readFileSync(path, 'utf8')]));
  for (const [path, text] of Object.entries(files)) all.set(path, text);
  const { catalog, problems } = loadCatalog(all, {});
  if (!catalog) throw new Error(problems.map(renderProblem).join('\n'));
  return compileCatalog(catalog);
}

/** A stage with this catalog, without destinations. */
export const producersPlatform = (catalog: CompiledCatalog): Platform =>
  createPlatform({ wiring: readWiring(templatesOf('prod')), catalog, start: START });

/** Puts objects into the landing bucket, and lets the stage ingest them. */
export async function uploadAll(platform: Platform, objects: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [key, bytes] of objects) {
    await platform.stores.landing.put(key, bytes);
    await platform.announce(key);
  }
  await platform.poller.run();
}

/**
 * What files of a dataset become in memory, as `tributary replay` reads them, up to their profiles: the same as on a stage,
 * in a tenth of the time.
 */
export async function replayAll(
  catalog: CompiledCatalog,
  datasetId: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Outcome> {
  const profiles = new MemoryProfileStore();
  const wrong: string[] = [];
  const settings = { ...stageSettings(catalog).fold };
  const stores = { profiles, timeline: new MemoryTimeline(), lookups: new MemoryLookupStore() };
  const stitch = { ...stores, settings, backoff: async () => {} };
  for (const [name, bytes] of files) {
    const read = await readInput(bytesSource(name, bytes), datasetId, catalog, {
      receivedAt: START,
      firstTieBreaker: 0,
    });
    if (read.rejection) wrong.push(`${name} ${read.rejection.code} ${read.rejection.message}`);
    for (const records of groupsOf(read.records, ({ raw }) => raw?.length ?? 0)) {
      const { accepted, rejected } = validate(records, catalog);
      // Neither the lake nor the quarantine is looked at.
      const { failed } = await ingest(
        accepted.map(({ record }) => record),
        stitch,
      );
      wrong.push(...rejected.map(rejectionOf), ...failed.map(({ error }) => error.message));
    }
  }
  return { profiles: await textsOf(profiles, catalog), wrong: wrong.slice(0, 3) };
}

interface Outcome {
  /** Each as text, by key. */
  readonly profiles: readonly string[];
  /** What was rejected, in a few words; only the first. */
  readonly wrong: readonly string[];
}

async function textsOf(store: ProfileStore, catalog: CompiledCatalog): Promise<string[]> {
  const profiles = await allProfiles(store, stageSettings(catalog).evaluation);
  return profiles.map((profile) => stringify(profile));
}

const rejectionOf = ({ position, rejections: [first] }: QuarantineRow): string =>
  [position.source, position.row, first!.code, first!.pointer, first!.column, first!.message].join(' ');

/** What a stage has made of what it was sent: profiles as text, and everything that is wrong, in a few words. */
export async function outcomeOf(platform: Platform): Promise<Outcome> {
  const rejected = (await platform.quarantined()).map(rejectionOf);
  const left = Object.entries(platform.leftovers()).map(([queue, count]) => `${count} left in ${queue}`);
  const profiles = await textsOf(platform.stores.profiles, platform.catalog);
  return { profiles, wrong: [...rejected.slice(0, 3), ...left] };
}
