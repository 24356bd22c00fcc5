import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import type { DeadLetter, LaneMessage } from '#core/activation/ports/delivery-lane.ts';
import { MAX_WAIT_DAYS } from '#core/contract/delivery-lanes.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { type LaneDeps, type LaneItem, type LaneOutcome, LaneSession } from './lane-session.ts';
import { logBatch, logFailure } from './log.ts';
import { readBody } from './sqs-handler.ts';
import { type MostOf, takeMore } from './take-more.ts';

export interface LaneHandlerDeps extends LaneDeps {
  /** How often a delivery is tried before it becomes a dead letter. */
  readonly maxAttempts: number;
}

/** What a function is told about itself, as far as it is looked at. */
export interface Invoked {
  getRemainingTimeInMillis(): number;
}

/** What to do with a message after an invocation. */
type Fate<T> = { readonly message: LaneMessage; readonly item: LaneItem<T> | undefined } & (
  | { readonly kind: 'done' | 'dead' | 'again' }
  | { readonly kind: 'hide'; readonly until: number }
);

const SECOND_MS = 1_000;
/** SQS hides a message for twelve hours at most, counted from when it was received. */
const MAX_HIDDEN_S = 12 * 3_600 - 60;
const MAX_AGE_MS = MAX_WAIT_DAYS * DAY_MS;
/** Whoever has waited more often than this waits longer each time, so that the queue never loses patience. */
const PROMPT_RECEIVES = 5;
const MAX_BACKOFF_MS = 900_000;

/**
 * The handler of an ordered delivery lane (a FIFO queue with `ReportBatchItemFailures`). Unlike other queues it counts
 * attempts itself, since a message that waits for a destination is handed out too: the message is hidden until it may be
 * its turn, and nothing runs meanwhile. A message that was tried often enough, cannot be read, or would wait for longer
 * than its queue keeps it, is put into the dead letters by the function itself; the queue does so only with what no
 * function ever got to the end of.
 * @param schema what a message's body has to be
 * @param run works on the open messages, as long as there is time; if it throws, those without an outcome have failed
 * @param mostOf how many messages are worked on at once, those that the function is called with included.
 * @default those it is called with
 */
export function createLaneHandler<T>(
  schema: z.ZodType<T>,
  deps: LaneHandlerDeps,
  run: (items: readonly LaneItem<T>[], session: LaneSession<T>) => Promise<void>,
  mostOf?: MostOf<T>,
) {
  return async ({ Records: records }: SQSEvent, invoked?: Invoked): Promise<SQSBatchResponse> => {
    const deadline = deps.now() + (invoked?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY);
    const given = records.map(messageOf);
    const first = await readItems(schema, given, deps);
    const taken = mostOf ? await takeMore(given, [...first.values()], mostOf, { ...deps, deadline }) : [];
    const messages = [...given, ...taken];
    const items = new Map([...first, ...(await readItems(schema, taken, deps))]);
    const session = new LaneSession([...items.values()], deps, deadline);
    await runAll([...items.values()], session, run, deps);
    const fates = fatesOf(messages, items, session, deps);
    const undead = await bury(fates, deps);
    await hide(fates, deps);
    const isOver = ({ message: { id }, kind }: Fate<T>): boolean =>
      kind === 'done' || (kind === 'dead' && !undead.has(id));
    const isGiven = new Set(given.map(({ id }) => id));
    await end(
      fates.filter((fate) => isOver(fate) && !isGiven.has(fate.message.id)),
      session,
      deps,
    );
    logBatch({
      messages: messages.length,
      failed: fates.filter(({ kind }) => kind === 'again').length,
      waiting: fates.filter(({ kind }) => kind === 'hide').length,
      deadLettered: fates.filter(({ kind }) => kind === 'dead').length - undead.size,
    });
    const again = fates.filter((fate) => !isOver(fate) && isGiven.has(fate.message.id));
    return { batchItemFailures: again.map(({ message: { id } }) => ({ itemIdentifier: id })) };
  };
}

const messageOf = ({ messageId: id, receiptHandle: receipt, body, attributes }: SQSRecord): LaneMessage => ({
  id,
  receipt,
  body,
  group: attributes.MessageGroupId,
  receives: Number(attributes.ApproximateReceiveCount),
  sentAt: Number(attributes.SentTimestamp),
});

/** The messages that can be read, by their ids, in order. */
async function readItems<T>(
  schema: z.ZodType<T>,
  messages: readonly LaneMessage[],
  { attempts }: LaneDeps,
): Promise<Map<string, LaneItem<T>>> {
  const back = messages.filter(({ receives }) => receives > 1).map(({ id }) => id);
  const tried = back.length > 0 ? await attempts.get(back) : new Map<string, number>();
  return new Map(
    messages.flatMap((message) => {
      const value = readBody(schema, message);
      if (value === undefined) return [];
      const { id, receipt, group, receives } = message;
      return [[id, { id, receipt, group, receives, attempt: 1 + (tried.get(id) ?? 0), value }]];
    }),
  );
}

/** Those that were tried often enough before, and whose dead letter was not taken then, are not tried again. */
async function runAll<T>(
  items: readonly LaneItem<T>[],
  session: LaneSession<T>,
  run: (items: readonly LaneItem<T>[], session: LaneSession<T>) => Promise<void>,
  { maxAttempts }: LaneHandlerDeps,
): Promise<void> {
  const open = items.filter(({ attempt }) => attempt <= maxAttempts);
  try {
    if (open.length > 0) await run(open, session);
  } catch (error) {
    logFailure(error, { messages: open.length });
    await session.fail(session.open(open));
  }
}

function fatesOf<T>(
  messages: readonly LaneMessage[],
  items: ReadonlyMap<string, LaneItem<T>>,
  session: LaneSession<T>,
  deps: LaneHandlerDeps,
): Fate<T>[] {
  /** Group → the fate of its first message that is not done. */
  const stopped = new Map<string, Fate<T>>();
  return messages.map((message) => {
    const { id, group } = message;
    const item = items.get(id);
    const before = group === undefined ? undefined : stopped.get(group);
    const fate = fateOf(message, item, item && session.outcomeOf(item.id), before, deps);
    if (group !== undefined && !before && (fate.kind === 'again' || fate.kind === 'hide')) stopped.set(group, fate);
    return fate;
  });
}

function fateOf<T>(
  message: LaneMessage,
  item: LaneItem<T> | undefined,
  outcome: LaneOutcome | undefined,
  before: Fate<T> | undefined,
  { now, maxAttempts }: LaneHandlerDeps,
): Fate<T> {
  const of = { message, item };
  if (!item || item.attempt > maxAttempts) return { ...of, kind: 'dead' };
  if (outcome === 'done') return { ...of, kind: 'done' };
  if (outcome === 'failed') return { ...of, kind: item.attempt >= maxAttempts ? 'dead' : 'again' };
  if (outcome === undefined) {
    // What follows in a group comes when its turn can be; what there was no time for comes at once.
    if (before) return before.kind === 'hide' ? { ...of, kind: 'hide', until: before.until } : { ...of, kind: 'again' };
    return { ...of, kind: 'hide', until: now() };
  }
  const until = Math.max(outcome.until, now() + backoff(item.receives));
  const isTooOld = until > message.sentAt + MAX_AGE_MS;
  return isTooOld ? { ...of, kind: 'dead' } : { ...of, kind: 'hide', until };
}

const backoff = (receives: number): number =>
  receives <= PROMPT_RECEIVES ? 0 : Math.min(MAX_BACKOFF_MS, SECOND_MS * 2 ** (receives - PROMPT_RECEIVES));

/** Puts messages into the dead letters. @returns the ids of those that could not be put there, and come again */
async function bury<T>(fates: readonly Fate<T>[], { lane }: LaneDeps): Promise<ReadonlySet<string>> {
  const dead = fates
    .filter(({ kind }) => kind === 'dead')
    .map(({ message: { id, body, group } }): DeadLetter => ({ id, body, group }));
  if (dead.length === 0) return new Set();
  try {
    await lane.deadLetter(dead);
    return new Set();
  } catch (error) {
    logFailure(error, { messages: dead.length });
    return new Set(dead.map(({ id }) => id));
  }
}

/** Where that fails they come back when their visibility timeout is over: later, or to be sent away once more. */
async function hide<T>(fates: readonly Fate<T>[], { lane, now }: LaneDeps): Promise<void> {
  const hidden = fates.flatMap((fate) => {
    if (fate.kind !== 'hide') return [];
    const seconds = Math.ceil((fate.until - now()) / SECOND_MS);
    return [{ receipt: fate.message.receipt, seconds: Math.min(Math.max(seconds, 1), MAX_HIDDEN_S) }];
  });
  if (hidden.length === 0) return;
  try {
    await lane.hide(hidden);
  } catch (error) {
    logFailure(error, { messages: hidden.length });
  }
}

/** How often it is tried to delete what the function took by itself: nobody else does. */
const DELETE_TRIES = 3;

/** Deletes what is over. Where that fails for good it comes back, and is delivered once more. */
async function end<T>(fates: readonly Fate<T>[], session: LaneSession<T>, { lane }: LaneDeps): Promise<void> {
  const left = fates.filter(({ message }) => !session.isDeleted(message.id)).map(({ message }) => message.receipt);
  for (let tries = 1; left.length > 0; tries += 1) {
    try {
      return await lane.acknowledge(left);
    } catch (error) {
      logFailure(error, { messages: left.length });
      if (tries === DELETE_TRIES) return;
    }
  }
}

/**
 * Works on open messages one by one, several groups side by side, until none is open or there is no more time.
 * @param one says what became of a message by the session; if it throws, the message has failed
 */
export async function eachOpen<T>(
  items: readonly LaneItem<T>[],
  session: LaneSession<T>,
  concurrency: number,
  one: (item: LaneItem<T>) => Promise<void>,
): Promise<void> {
  const groups = Map.groupBy(items, ({ id, group }) => (group === undefined ? `message ${id}` : `group ${group}`));
  await mapWithConcurrency(groups.values(), concurrency, async (group) => {
    for (const item of group) {
      if (session.open([item]).length === 0 || !session.hasTime()) return;
      try {
        await one(item);
      } catch (error) {
        logFailure(error, { messageId: item.id, attempt: item.attempt });
        await session.fail([item]);
      }
    }
  });
}
