import { callsPerRecord, kindsPerRecord, onDemandShards, type StreamReading, tracedOf } from '#core/cost/traffic.ts';
import { addUsage, type Cost, costOf, type Usage } from '#core/cost/usage.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { ASSUMED, PROD, TIMES } from './assumptions.ts';
import type { Work } from './count-work.ts';
import { MESSAGES_A_REQUEST } from './metered-stores.ts';

/** How records come in. */
export const COSTED_METHODS = ['kinesis', 'http', 'http-batches', 'edge', 'files'] as const;
export type CostedMethod = (typeof COSTED_METHODS)[number];

export interface Traffic {
  readonly method: CostedMethod;
  readonly eventsPerSecond: number;
}

/** KB of the log of an invocation that counts something. */
const COUNTING = ASSUMED.invocationLogKb + ASSUMED.metricLogKb;

/** As the code has it (tests/property/platform/ingestion-calls.test.ts counts the calls). */
const CHUNK_KB = 8 * 1_024;
const READ_KB = 4 * 1_024;
const SLICE_RECORDS = 1_000;
const HTTP_REQUEST_KB = 512;
const GUARDS_FRESH_SECONDS = 5;

const TIMELINE_CONCURRENCY = 32;
const GROUPS_CONCURRENCY = 16;

/** What work costs whose records come at a rate, in stage `prod`. */
export function costOfWork(work: Work, traffic: Traffic): Cost {
  const usage = { ...work.usage };
  usage.tableKbMonths += (work.timelineKb * ASSUMED.timelineDays) / DAYS_A_MONTH;
  const calls = new Calls(usage, work, traffic.eventsPerSecond);
  if (traffic.method === 'files') addFiles(calls, work, traffic);
  else addStream(calls, work, traffic);
  addChanges(calls, work, traffic);
  return costOf(usage, work.records);
}

const DAYS_A_MONTH = 30;

export const singly = (records: readonly AcceptedRecord[]): AcceptedRecord[][] => records.map((record) => [record]);

export function* inParts(records: readonly AcceptedRecord[], size: number): Generator<readonly AcceptedRecord[]> {
  for (let at = 0; at < records.length; at += size) yield records.slice(at, at + size);
}

export const recordsAChunk = (records: readonly AcceptedRecord[]): number =>
  Math.max(
    1,
    Math.floor((CHUNK_KB * 1_024 * records.length) / records.reduce((sum, { json }) => sum + json.length, 1)),
  );

/** Calls of functions: what each costs beside its time. */
class Calls {
  readonly usage: Usage;
  readonly #work: Work;
  readonly #eventsPerSecond: number;

  constructor(usage: Usage, work: Work, eventsPerSecond: number) {
    this.usage = usage;
    this.#work = work;
    this.#eventsPerSecond = eventsPerSecond;
  }

  /** @param perRecord how many calls of one function there are for each record */
  add(perRecord: number, { memoryGb, ms }: { memoryGb: number; ms: number }, each: Partial<Usage> = {}): void {
    if (perRecord === 0) return;
    const { records } = this.#work;
    const calls = perRecord * records;
    addUsage(
      this.usage,
      { lambdaCalls: 1, lambdaGbSeconds: (ms / 1_000) * memoryGb, logKb: ASSUMED.invocationLogKb, ...each },
      calls,
    );
    const perSecond = perRecord * this.#eventsPerSecond;
    this.usage.traces += calls * (tracedOf(perSecond) / perSecond);
  }
}

/** Records → HTTP or the edge, if they come so → the stream → `stitch-stream`. */
function addStream(calls: Calls, work: Work, { method, eventsPerSecond }: Traffic): void {
  const { usage } = calls;
  const { records } = work;
  const kb = work.jsonKb / records + ASSUMED.envelopeKb;
  if (method === 'edge') {
    // The profile is read and the answer made while the record is put on the stream.
    calls.add(1, TIMES.edge, { reads: 2, readUnits: ASSUMED.edgeReadUnits });
    addUsage(usage, { httpRequests: 1, logKb: ASSUMED.accessLogKb }, records);
  } else if (method !== 'kinesis') {
    const messages = method === 'http' ? 1 : ASSUMED.messagesARequest;
    const { memoryGb, perCall, perMessage } = TIMES.collect;
    calls.add(1 / messages, { memoryGb, ms: perCall + messages * perMessage });
    addUsage(
      usage,
      { httpRequests: Math.ceil((messages * kb) / HTTP_REQUEST_KB), logKb: ASSUMED.accessLogKb },
      records / messages,
    );
  }
  addUsage(
    usage,
    { kinesisKbIn: Math.ceil(kb), kinesisKbOut: kb, kinesisKbMonths: (kb * (PROD.retentionDays - 1)) / DAYS_A_MONTH },
    records,
  );
  const reading: StreamReading = {
    shards: onDemandShards(eventsPerSecond, kb),
    parallelism: PROD.parallelism,
    windowSeconds: PROD.windowSeconds,
    maxBatch: PROD.recordsBatch,
  };
  const perRecord = callsPerRecord(eventsPerSecond, reading);
  calls.add(
    perRecord,
    { memoryGb: TIMES.stitch.memoryGb, ms: stitchMs(1 / perRecord, 1 / perRecord, 1) },
    { logKb: COUNTING },
  );
  const shares = [...work.datasets.values()].map((of) => of / records);
  // One object of the lake, and one counter, for each dataset of a call.
  addUsage(usage, { s3Puts: 1, writes: 1, writeUnits: 1 }, records * kindsPerRecord(eventsPerSecond, shares, reading));
}

function stitchMs(records: number, units: number, puts: number): number {
  const { perCall, perRecord, perTimelineRound, perUnitRound, perPut } = TIMES.stitch;
  return (
    perCall +
    records * perRecord +
    Math.ceil(records / TIMELINE_CONCURRENCY) * perTimelineRound +
    Math.ceil(units / GROUPS_CONCURRENCY) * perUnitRound +
    puts * perPut
  );
}

/** What one file asks for, its chunks apart, and what each of its chunks does. @param kb of the file */
export const fileCalls = (kb: number, chunks: number) =>
  ({
    // Uploaded, listed, and its chunks written down where they are several; announced, received, deleted.
    s3Puts: chunks > 1 ? 3 : 2,
    // How long it is, its beginning, all of it, and the chunks that were written down.
    s3Gets: 2 + Math.ceil(kb / READ_KB) + (chunks > 1 ? 1 : 0),
    sqsRequests: 3 + 2 * Math.ceil(chunks / MESSAGES_A_REQUEST),
    reads: 1,
    readUnits: 1,
    writes: 2,
    writeUnits: 2,
  }) satisfies Partial<Usage>;

/** @param records of the chunk */
export const chunkCalls = (records: number) =>
  ({
    s3Puts: Math.ceil(records / SLICE_RECORDS),
    // How long it is, and all of it: by whoever validates it, and by whoever stitches it.
    s3Gets: 4,
    sqsRequests: 4,
    reads: 2,
    readUnits: 2,
    // A lease and its end, twice; two counts in transactions, of two items each.
    writes: 8,
    writeUnits: 4 + 8,
  }) satisfies Partial<Usage>;

/** Files → `split` → chunks → `validate-chunk` → `stitch-chunk`. Each dataset has files of its own. */
function addFiles(calls: Calls, work: Work, { eventsPerSecond }: Traffic): void {
  const kb = work.jsonKb / work.records;
  for (const count of work.datasets.values()) {
    const share = count / work.records;
    const inFile = Math.max(1, eventsPerSecond * share * ASSUMED.fileSeconds);
    const chunks = Math.ceil((inFile * kb) / CHUNK_KB);
    const inChunk = inFile / chunks;
    const { split, validate, stitch } = TIMES;
    const sharing = (work.images / work.records) * inChunk;
    calls.add(share / inFile, { ...split, ms: split.perCall + inFile * split.perRecord });
    calls.add(share / inChunk, { ...validate, ms: validate.perCall + inChunk * validate.perRecord });
    const puts = Math.ceil(inChunk / SLICE_RECORDS);
    calls.add(share / inChunk, { ...stitch, ms: stitchMs(inChunk, sharing, puts) }, { logKb: COUNTING });
    addUsage(calls.usage, fileCalls(inFile * kb, chunks), count / inFile);
    addUsage(calls.usage, chunkCalls(inChunk), count / inChunk);
  }
}

/** Changed profiles → `evaluate` → changed memberships → `route` → the queues of delivery lanes → `deliver-…`. */
function addChanges(calls: Calls, work: Work, { eventsPerSecond }: Traffic): void {
  const { records, images, routed, dataflows, sent } = work;
  const perSecond = (count: number): number => (count / records) * eventsPerSecond;
  const callsOf = (changes: number): number =>
    (changes / records) * callsPerRecord(perSecond(changes), tableReading(perSecond(changes)));
  const { evaluate, route, deliver } = TIMES;

  const evaluations = callsOf(images);
  const ms =
    (evaluations * evaluate.perCall * records + images * evaluate.perImage + routed * evaluate.perChange) / records;
  calls.add(evaluations, { ...evaluate, ms: ms / (evaluations || 1) }, { logKb: COUNTING });

  const routings = callsOf(routed);
  const routedMs = routings * route.perCall + (routed / records) * route.perChange;
  calls.add(routings, { ...route, ms: routedMs / (routings || 1) }, { logKb: COUNTING });
  // What the guards say, which is known for some seconds after, and the run statistics, once a call and destination.
  const guards = Math.min(routings * records, records / (eventsPerSecond * GUARDS_FRESH_SECONDS));
  addUsage(calls.usage, { reads: work.destinations, readUnits: work.destinations }, guards);
  const statistics = routed === 0 ? 0 : dataflows * ((routings * records) / routed);
  addUsage(calls.usage, { writes: 1, writeUnits: 1 }, statistics);

  for (const { ordered, messages } of sent) {
    const inCall = Math.min(MESSAGES_A_REQUEST, Math.max(1, perSecond(messages) / ASSUMED.lanePolls));
    calls.add(
      messages / inCall / records,
      { ...deliver, ms: deliver.perCall },
      {
        // Received and deleted together; the run statistics; what still holds of each.
        [ordered ? 'sqsFifoRequests' : 'sqsRequests']: 2,
        writes: 1,
        writeUnits: 1,
        ...(ordered && { reads: inCall, readUnits: inCall }),
      },
    );
  }
}

const tableReading = (writesPerSecond: number): StreamReading => ({
  shards: Math.max(ASSUMED.tablePartitions, Math.ceil((2 * writesPerSecond) / ASSUMED.writesAPartition)),
  parallelism: PROD.parallelism,
  windowSeconds: PROD.windowSeconds,
  maxBatch: PROD.changesBatch,
});
