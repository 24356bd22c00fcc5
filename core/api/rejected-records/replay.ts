import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { type ReceivedRecord, validate } from '#core/pipeline/process.ts';
import type { FoundRow } from '#core/pipeline/quarantine/page.ts';
import { isWholeFile, rowId } from '#core/pipeline/quarantine/read.ts';
import { receiveAgain, receiveCorrected } from '#core/pipeline/quarantine/receive-again.ts';
import { type QuarantineReplay, replayQuarantine } from '#core/pipeline/quarantine/replay.ts';
import type { Rejection } from '#core/record/record.ts';
import type { HttpAnswer } from '../http.ts';
import { type Caller, mayDo } from '../management/caller.ts';
import { problem } from '../management/problem.ts';
import { findRejected, NOT_THERE } from './contents.ts';
import type { RejectedCall, RejectedRecordsDeps } from './deps.ts';

/** Records that are to be ingested once more, some of them as people have corrected them. */
export interface CorrectedRecords {
  readonly records: readonly CorrectedRecord[];
}

interface CorrectedRecord {
  readonly reference: string;
  readonly raw?: string | undefined;
}

/** `POST /rejected/validate`: what would become of records under the catalog that is active, with nothing ingested. */
export async function validateRejected({
  body,
  caller,
  deps,
}: RejectedCall<unknown, CorrectedRecords>): Promise<HttpAnswer> {
  const catalog = await deps.catalog.current();
  const results: object[] = [];
  for (const { reference, raw } of body.records) {
    const found = await findRejected(reference, deps);
    if (!found) return NOT_THERE;
    const received = receivedOf(found, raw, catalog);
    const other = datasetNotOf(caller, received);
    if (other !== undefined) return forbidden(other);
    const rejections = isWholeFile(found.row) ? found.row.rejections : rejectionsOf(received, catalog);
    results.push({ reference, outcome: rejections.length > 0 ? 'rejected' : 'accepted', rejections });
  }
  return { status: 200, body: { results } };
}

const receivedOf = ({ row }: FoundRow, raw: string | undefined, catalog: CompiledCatalog): readonly ReceivedRecord[] =>
  raw === undefined ? receiveAgain(row, catalog) : receiveCorrected(row, raw, catalog);

/** A message says itself of which dataset it is: one that was corrected may be of another than it was. */
const datasetNotOf = (caller: Caller, received: readonly ReceivedRecord[]): string | undefined =>
  received.map(({ datasetId }) => datasetId).find((datasetId) => !mayDo(caller, 'ingest', datasetId));

const rejectionsOf = (received: readonly ReceivedRecord[], catalog: CompiledCatalog): readonly Rejection[] =>
  validate(received, catalog).rejected.flatMap(({ rejections }) => rejections);

/**
 * `POST /rejected/replay`: ingests records in the place that each had, as `tributary quarantine replay` does. What is rejected
 * still stays as it came.
 */
export async function replayRejected({
  body,
  caller,
  deps,
}: RejectedCall<unknown, CorrectedRecords>): Promise<HttpAnswer> {
  const catalog = await deps.catalog.current();
  const chosen = new Map<string, CorrectedRecord>();
  const objects = new Set<string>();
  for (const record of body.records) {
    const found = await findRejected(record.reference, deps);
    // Somebody else has replayed it: with the others that is no reason to wait.
    if (!found) continue;
    const other = datasetNotOf(caller, receivedOf(found, record.raw, catalog));
    if (other !== undefined) return forbidden(other);
    chosen.set(rowId(found.row), record);
    objects.add(found.object);
  }
  const ids = [...chosen.keys()];
  const [asTheyAre, corrected] = [false, true].map((is) =>
    ids.filter((id) => (chosen.get(id)!.raw !== undefined) === is),
  );
  const replay = replayOn([...objects], catalog, deps);
  const raws = new Map(corrected!.map((id) => [id, chosen.get(id)!.raw!]));
  const parts = [
    ...(raws.size > 0 ? [await replay(corrected!, raws)] : []),
    ...(asTheyAre!.length > 0 ? [await replay(asTheyAre!)] : []),
  ];
  const sum = (name: 'accepted' | 'duplicate' | 'rejected'): number => parts.reduce((all, part) => all + part[name], 0);
  const left = parts.flatMap((part) => part.left);
  return {
    status: 200,
    body: {
      accepted: sum('accepted'),
      duplicate: sum('duplicate'),
      rejected: sum('rejected'),
      left: left.map(({ id, rejections }) => ({ reference: chosen.get(id)!.reference, rejections })),
      unknown: body.records.length - chosen.size,
    },
  };
}

function replayOn(objects: readonly string[], catalog: CompiledCatalog, deps: RejectedRecordsDeps) {
  const { fold: settings, suppression } = stageSettings(catalog);
  const stitch = { ...deps.stitch, settings };
  return (ids: readonly string[], corrected?: ReadonlyMap<string, string>): Promise<QuarantineReplay> =>
    replayQuarantine(
      { ids, objects },
      { ...deps, catalog, stitch, suppress: deps.suppression(suppression) },
      corrected,
    );
}

const forbidden = (dataset: string): HttpAnswer =>
  problem('data', 403, `This needs the scope "ingest:${dataset}", which this caller does not have`);
