import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { acceptRecord } from '#core/ingestion/accept.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { evaluateChanges, type ItemChange } from '#core/segmentation/evaluate-change.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { LUMA_CATALOG, LUMA_FILES, luma, lumaExpected, lumaText } from '#tests/harness/luma/data.ts';
import { whyAbsent } from '#tests/harness/outside/data.ts';
import { GENERATED_UNTIL, generatedEvents } from './generated-events.ts';
import { processorTime } from './measure.ts';
import { note } from './notes.ts';

/** Records that one call of a function gets from the stream. */
const BATCH = 100;

type Kind = 'real' | 'generated';

export interface WebEvents {
  readonly kind: Kind;
  /** In the order of their time, as they come from the stream. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface WebEventsFile {
  readonly kind: Kind;
  readonly text: string;
  /** The instant that comes after all of them, in epoch ms. */
  readonly end: number;
}

/** The file of the real web events, or where it is absent one of events that are made up, which is noted. */
export function webEventsFile(): WebEventsFile {
  if (luma.isHere) {
    return { kind: 'real', text: lumaText(LUMA_FILES['web-events']), end: Date.parse(lumaExpected().now) };
  }
  note({ what: 'measured on generated data', why: `the web events in ${luma.name} are ${whyAbsent()}` });
  const lines = generatedEvents().map((event) => JSON.stringify(event));
  return { kind: 'generated', text: lines.join('\n'), end: GENERATED_UNTIL };
}

export function webEvents(): WebEvents {
  const { kind, text } = webEventsFile();
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .sort((x, y) => timeOf(x) - timeOf(y));
  return { kind, events };
}

const timeOf = ({ timestamp }: Readonly<Record<string, unknown>>): number => Date.parse(timestamp as string);

/** The catalog of the real data with other segments. */
export async function catalogWith(segments: readonly SegmentDefinition[]): Promise<CompiledCatalog> {
  const catalog = await loadCatalogFolder(LUMA_CATALOG, {});
  return compileCatalog({ ...catalog, segments: [...segments], destinations: [] });
}

export interface Passed {
  readonly events: number;
  /** Processor time in ms, by stage. */
  readonly validate: number;
  readonly stitch: number;
  readonly evaluate: number;
  readonly profiles: MemoryProfileStore;
}

/** Sends events through validate → stitch → evaluate in memory, each batch evaluated at the time of its last event. */
export async function pass(
  events: readonly Readonly<Record<string, unknown>>[],
  catalog: CompiledCatalog,
): Promise<Passed> {
  const settings = stageSettings(catalog);
  const changes: ItemChange[] = [];
  const profiles = new RecordingProfileStore((change) => changes.push(change));
  const memberships = new MemoryMembershipStore();
  const timeline = new MemoryTimeline();
  const backoff = async (): Promise<void> => {};
  const took = { validate: 0, stitch: 0, evaluate: 0 };
  for (let start = 0; start < events.length; start += BATCH) {
    const batch = events.slice(start, start + BATCH);
    const now = timeOf(batch.at(-1)!);
    const begin = processorTime();
    const records = validate(batch, catalog, now);
    const validated = processorTime();
    await stitch(records, { profiles, timeline, settings: settings.fold, backoff });
    const stitched = processorTime();
    const evaluation = { profiles, memberships, settings: settings.evaluation, now: () => now, backoff };
    for (const change of changes.splice(0)) await evaluateChanges([change], evaluation);
    took.validate += validated - begin;
    took.stitch += stitched - validated;
    took.evaluate += processorTime() - stitched;
  }
  return { events: events.length, ...took, profiles };
}

function validate(batch: readonly unknown[], catalog: CompiledCatalog, receivedAt: number): AcceptedRecord[] {
  const dataset = catalog.datasets.get('web-events')!;
  return batch.flatMap((entity, index) => {
    const result = acceptRecord(entity, dataset, { receivedAt, tieBreaker: String(index), ingestionId: String(index) });
    return 'record' in result ? [result.record] : [];
  });
}

/** Tells of each change what the table's stream does: the images before and after. */
class RecordingProfileStore extends MemoryProfileStore {
  readonly #tell: (change: ItemChange) => void;

  constructor(tell: (change: ItemChange) => void) {
    super();
    this.#tell = tell;
  }

  override async write(write: Parameters<MemoryProfileStore['write']>[0]): Promise<void> {
    const before = (await this.lookup([write.item.canonicalKey])).get(write.item.canonicalKey);
    await super.write(write);
    this.#tell({ before: before && 'item' in before ? before.item : undefined, after: write.item });
  }
}
