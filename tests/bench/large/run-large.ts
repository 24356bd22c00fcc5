import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { Remembered, TimelineEntry } from '#core/profile/ports/timeline.ts';
import type { Batch } from '#core/record/operations.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
import { ORDERS, ORDERS_UNMAPPED } from './catalog.ts';
import { type Format, makeFile } from './make-file.ts';
import type { Expected } from './rows.ts';
import type { Answer, Call, Job } from './worker.ts';

export interface LargeRun {
  /** An empty folder, for the file and everything that comes of it. */
  readonly folder: string;
  readonly bytes: number;
  /** @default csv */
  readonly format?: Format;
  readonly workers: number;
  /** How often a worker is to be killed. */
  readonly kills: number;
  /** From 0 up to 1. */
  random(): number;
}

export interface LargeResult {
  readonly expected: Expected;
  readonly batch: Batch;
  readonly seconds: number;
  /** Workers that were killed, by what they were at. */
  readonly killed: Readonly<Record<Job['kind'], number>>;
  /** Bytes that each worker had at most, whichever of its lives it was, and the process with the tables. */
  readonly peaks: { readonly workers: readonly number[]; readonly tables: number };
}

/** Only what a record is recognised by: events are not read back here. */
class CompactTimeline {
  readonly #ingestionIds = new Map<string, string>();

  async remember({ identity, id, ingestionId }: TimelineEntry): Promise<Remembered> {
    const key = `${identity} ${id}`;
    const known = this.#ingestionIds.get(key);
    if (known !== undefined) return known === ingestionId ? 'again' : 'duplicate';
    this.#ingestionIds.set(key, ingestionId);
    return 'new';
  }
}

/** Ingests a file of orders with workers that are killed and started again; what one was at comes once more. */
export async function runLarge({
  folder,
  bytes,
  format = 'csv',
  workers,
  kills,
  random,
}: LargeRun): Promise<LargeResult> {
  mkdirSync(join(folder, 'landing'), { recursive: true });
  const key = `landing/${(format === 'csv' ? ORDERS : ORDERS_UNMAPPED).id}/large.${format}`;
  const path = join(folder, 'landing', encodeURIComponent(key));
  const expected = makeFile(format, path, bytes);

  const jobs: Job[] = [
    { kind: 'split', body: { Records: [{ eventTime: '2026-03-01T10:00:00Z', s3: { object: objectOf(key) } }] } },
  ];
  const operations = new MemoryOperations();
  const profiles = new MemoryProfileStore();
  const queue = (kind: 'validate' | 'stitch') => ({
    send: async (messages: readonly ChunkMessage[]) => void jobs.push(...messages.map((body) => ({ kind, body }))),
  });
  const ports: Readonly<Record<string, object>> = {
    operations,
    profiles,
    timeline: new CompactTimeline(),
    validation: queue('validate'),
    chunks: queue('stitch'),
  };
  const killed = { split: 0, validate: 0, stitch: 0 };
  // Of Parquet only the footer is read.
  const usual = { split: format === 'parquet' ? 30 : bytes / 200_000, validate: 400, stitch: 2_000 };
  const peaks = Array.from({ length: workers }, () => 0);
  const begun = performance.now();
  let busy = 0;
  /** Every phase has its share, so that the last one does not get all of them. */
  const mayKill = (kind: Job['kind']): boolean => killed[kind] < (kind === 'split' ? 1 : Math.ceil((kills - 1) / 2));

  await new Promise<void>((finished, failed) => {
    const idle: (() => void)[] = [];
    const wake = (): void => {
      for (const next of idle.splice(0)) next();
    };
    const start = (slot: number): void => {
      const child = fork(join(import.meta.dirname, 'worker.ts'), [folder], {
        serialization: 'advanced',
        execArgv: [`--max-old-space-size=${HEAP_MB}`, `--max-semi-space-size=${YOUNG_MB}`],
        env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'SILENT' },
      });
      let job: Job | undefined;
      let since = 0;
      let timer: NodeJS.Timeout | undefined;
      const measuring = setInterval(() => note(slot, child), 100);
      const next = (): void => {
        job = jobs.shift();
        if (!job) {
          idle.push(next);
          if (busy === 0 && idle.length === workers) finished();
          return;
        }
        busy++;
        since = performance.now();
        const { kind } = job;
        if (mayKill(kind)) timer = setTimeout(() => child.kill('SIGKILL'), random() * usual[kind]);
        child.send({ job });
      };
      child.on('message', (message: Call | { ready: true } | { done: boolean; reason?: string }) => {
        if ('call' in message) {
          // Splitting may be over before its time comes: it ends here at the latest, when its call has had its effect.
          const isEnd = job?.kind === 'split' && message.method === 'openBatch' && mayKill('split');
          void answer(ports, message).then((result) => {
            if (isEnd) child.kill('SIGKILL');
            else if (child.connected) child.send(result);
          });
        } else if ('ready' in message) next();
        else {
          clearTimeout(timer);
          busy--;
          usual[job!.kind] = (usual[job!.kind] + performance.now() - since) / 2;
          note(slot, child);
          if (!message.done) failed(new Error(`A worker failed: ${message.reason}`));
          job = undefined;
          next();
          wake();
        }
      });
      child.on('exit', (code, signal) => {
        clearInterval(measuring);
        clearTimeout(timer);
        if (signal !== 'SIGKILL') {
          if (code) failed(new Error(`A worker ended by itself with ${code}`));
          return;
        }
        if (job) {
          killed[job.kind]++;
          busy--;
          jobs.push(job);
        }
        const at = idle.indexOf(next);
        if (at >= 0) idle.splice(at, 1);
        start(slot);
        wake();
      });
      stops.push(() => child.kill('SIGTERM'));
    };
    const note = (slot: number, child: ChildProcess): void => {
      peaks[slot] = Math.max(peaks[slot]!, peakOf(child.pid!));
    };
    for (let slot = 0; slot < workers; slot++) start(slot);
  }).finally(() => {
    for (const stop of stops.splice(0)) stop();
  });

  const batches = await Array.fromAsync(operations.batches());
  const seconds = (performance.now() - begun) / 1_000;
  return { expected, batch: batches[0]!, seconds, killed, peaks: { workers: peaks, tables: peakOf(process.pid) } };
}

/** What the heap of a worker may grow to; buffers come on top. */
const HEAP_MB = 256;
/** What is young is mostly garbage: without a limit there are 100 MB of it, and nothing is faster for that. */
const YOUNG_MB = 8;
const stops: (() => void)[] = [];

const objectOf = (key: string) => ({ key, eTag: '', sequencer: '1', versionId: '' });

async function answer(ports: Readonly<Record<string, object>>, { call, port, method, given }: Call): Promise<Answer> {
  try {
    const target = ports[port] as Record<string, (...given: unknown[]) => Promise<unknown>>;
    return { call, result: await target[method]!(...given) };
  } catch (error) {
    return { call, error: { message: (error as Error).message, isConflict: error instanceof ConflictError } };
  }
}

/** The most memory that a process ever had, in bytes; 0 once it is gone, or where the system does not tell. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
