import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import type { ActivityCounts } from '#core/personalisation/ports/activity-counts.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { Operations } from '#core/record/operations.ts';
import { createSplitter, type Notification } from '#lambdas/functions/split/handler.ts';
import { createWorker } from '#lambdas/functions/stitch-chunk/handler.ts';
import { createValidator } from '#lambdas/functions/validate-chunk/handler.ts';
import { ordersCatalog } from './catalog.ts';
import { fileStore } from './file-store.ts';

/**
 * A process that works as the functions of the batch door do, with their handlers. Tables and queues are the parent's,
 * reached by messages; buckets are folders. It may be killed at any time.
 */
export type Job =
  | { readonly kind: 'split'; readonly body: Notification }
  | { readonly kind: 'validate' | 'stitch'; readonly body: ChunkMessage };

/** A call of a port, with what is wanted of it. */
export interface Call {
  readonly call: number;
  readonly port: string;
  readonly method: string;
  readonly given: readonly unknown[];
}
export interface Answer {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly isConflict: boolean };
}

const tell = (message: object): void => void process.send!(message);
const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
let calls = 0;

/** A port of the parent's. */
const remote = <T>(port: string): T =>
  new Proxy(
    {},
    {
      get:
        (_, method: string) =>
        (...given: unknown[]) =>
          new Promise((resolve, reject) => {
            const call = ++calls;
            waiting.set(call, { resolve, reject });
            tell({ call, port, method, given } satisfies Call);
          }),
    },
  ) as T;

function settle({ call, result, error }: Answer): void {
  const { resolve, reject } = waiting.get(call)!;
  waiting.delete(call);
  if (!error) resolve(result);
  else reject(error.isConflict ? new ConflictError(error.message) : new Error(error.message));
}

const folder = process.argv[2]!;
const compiled = await ordersCatalog();
const deps = {
  catalog: { current: async () => compiled },
  landing: fileStore(join(folder, 'landing')),
  lake: fileStore(join(folder, 'lake')),
  quarantine: fileStore(join(folder, 'quarantine')),
  operations: remote<Operations>('operations'),
  profiles: remote<ProfileStore>('profiles'),
  timeline: remote<Timeline>('timeline'),
  lookups: remote<LookupStore>('lookups'),
  activityCounts: remote<ActivityCounts>('activityCounts'),
  suppression: () => SUPPRESS_NOBODY,
  metrics: { count: () => {} },
  backoff: async () => {},
  now: Date.now,
  newId: randomUUID,
};
const run = {
  split: createSplitter({ ...deps, validation: remote<MessageQueue<ChunkMessage>>('validation') }),
  validate: createValidator({ ...deps, chunks: remote<MessageQueue<ChunkMessage>>('chunks') }),
  stitch: createWorker({ ...deps, reverts: { send: async () => {} } }),
} as const;

process.on('message', (message: Answer | { readonly job: Job }) => {
  if (!('job' in message)) return settle(message);
  const { kind, body } = message.job;
  run[kind](body as never).then(
    () => tell({ done: true }),
    (error: Error) => tell({ done: false, reason: error.stack }),
  );
});
tell({ ready: true });
