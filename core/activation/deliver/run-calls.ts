import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { Clock } from '#core/ports/clock.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { Answer, CallRow, Failure, ItemResult, Reported } from '../destination-type.ts';
import type { ErrorClass, HttpOutcome } from '../error-class.ts';
import { withMaskedDetail } from '../errors/mask-words.ts';
import { combined, failed, failureOf, unreadable } from '../item-results.ts';
import { type OwnedRow, type Packed, packed } from '../pack.ts';
import type { Submission, Submissions } from '../ports/submissions.ts';
import type { Addressed, Exchange } from './exchange.ts';
import { keyOfDelivery, type Rest, SUBMITTED } from './jobs.ts';
import type { Turns } from './turns.ts';

/** What the sending of some people has to do with. */
export interface World extends Addressed {
  readonly turns: Turns;
  readonly exchange: Exchange;
  readonly submissions: Submissions;
  readonly now: Clock;
  readonly onReported?: ((destinationId: string, reported: Reported) => void) | undefined;
}

type Rows = Packed<unknown, unknown>;
type Row = OwnedRow<unknown, unknown>;
/** What became of a row: a result, or a job whose result comes later. */
type Fate = ItemResult | Handed;
interface Fated {
  readonly fate: Fate;
  readonly name?: string | undefined;
}
interface Handed {
  readonly job: string;
  readonly row: number;
  readonly rows: number;
  readonly againInMs: number;
}

/** How often an answer may say how to go on, one after the other. */
const MAX_STEPS = 5;
/** How many more requests the last attempt may make to save whom it can from a request that fails as a whole. */
const SAVING_REQUESTS = 24;

/** How a sending of some people goes, in the order of the deliveries. */
export interface Calling {
  /** @default false */
  readonly isLast?: boolean;
  /** Whether they had to wait before. @default false */
  readonly isBack?: boolean;
  /** Most rows of a request that a delivery may go with. */
  readonly most?: readonly (number | undefined)[];
  /** What was sent of a delivery before, where that is known. */
  readonly rest?: readonly (Rest | undefined)[];
}

/**
 * Makes the requests about some people. Rows that were delivered before the others of their delivery had to wait, or failed,
 * are not sent again with these.
 * @returns what became of each, in order
 */
export async function runCalls(
  deliveries: readonly ProfileDelivery[],
  world: World,
  { isLast = false, isBack = false, most = [], rest = [] }: Calling,
): Promise<readonly ItemResult[]> {
  const { type, destination, context } = world;
  const made = deliveries.map((delivery) => type.rows(delivery, destination, context));
  const progress = isBack ? await progressOf(deliveries, made, rest, world) : rest;
  const fates: Fated[][] = made.map((rows) => ('delivered' in rows ? [{ fate: rows }] : []));
  const rows = made.flatMap((own, of): Row[] => {
    if ('delivered' in own) return [];
    const named = own.map((row) => ({
      ...row,
      ...limited(most[of]),
      ...(own.length > 1 && { name: nameOf(row) }),
      of,
    }));
    const done = new Set(progress[of]?.done);
    return named.filter(({ name }) => name === undefined || !done.has(name));
  });
  await new Calls(world, fates, isLast).run(rows);
  return settle(deliveries, fates, progress, world);
}

type Made = ReturnType<World['type']['rows']>;

/** What a row is known by: the same whenever the same row is made. */
const nameOf = ({ call, row }: CallRow<unknown, unknown>): string =>
  hash('sha256', stringify([call, row]), 'base64url').slice(0, 16);

/** How far deliveries of several rows have come that had to wait; of those with jobs it is known already. */
async function progressOf(
  deliveries: readonly ProfileDelivery[],
  made: readonly Made[],
  rest: readonly (Rest | undefined)[],
  { type, submissions }: World,
): Promise<readonly (Rest | undefined)[]> {
  if (type.jobs) return rest;
  const keys = deliveries.map((delivery, i) => {
    const rows = made[i]!;
    return 'delivered' in rows || rows.length < 2 ? undefined : keyOfDelivery(delivery);
  });
  const known = await submissions.get(keys.filter((key) => key !== undefined));
  return keys.map((key) => {
    const { done, failure } = (key !== undefined && known.get(key)) || {};
    return done && { done, ...(failure && { failure }) };
  });
}

const limited = (most: number | undefined): { readonly most?: number } => (most === undefined ? {} : { most });

class Calls {
  readonly #world: World;
  readonly #fates: Fated[][];
  #saving: number;

  constructor(world: World, fates: Fated[][], isLast: boolean) {
    this.#world = world;
    this.#fates = fates;
    this.#saving = isLast ? SAVING_REQUESTS : 0;
  }

  async run(rows: readonly Row[], step = 0): Promise<void> {
    const { type, destination } = this.#world;
    const queue = packed(rows, (call) => type.limits(destination, call));
    for (let next = queue.shift(); next; next = queue.shift()) {
      queue.unshift(...(await this.#one(next, step)));
    }
  }

  /** Makes one request. @returns what of it has to be made again, smaller */
  async #one(packet: Rows, step: number): Promise<Rows[]> {
    const { turns, type, destination, context, exchange } = this.#world;
    const held = await turns.next();
    if (held) return this.#all(packet, held);
    const rows = packet.rows.map(({ row }) => row);
    const request = type.request(packet.call, rows, destination, context);
    const outcome = await exchange(request, this.#world);
    if (!('kind' in outcome)) return this.#all(packet, outcome);
    const answer = type.answer(outcome, rows, packet.call, destination);
    if (answer.kind !== 'continue') return this.#take(packet, answer, outcome);
    const pairs = paired(packet, answer.rows);
    if (!pairs) return this.#take(packet, unreadable(), outcome);
    const further: Row[] = [];
    for (const [row, next] of pairs) {
      if ('delivered' in next) this.#note(row, next);
      else if (step < MAX_STEPS) further.push({ ...row, ...next });
      else this.#note(row, failed('retry', 'too-many-steps'));
    }
    await this.run(further, step + 1);
    return [];
  }

  #take(packet: Rows, answer: Exclude<Answer, { kind: 'continue' }>, outcome: HttpOutcome): Rows[] {
    switch (answer.kind) {
      case 'job':
        for (const [row, one] of packet.rows.entries()) {
          this.#note(one, { job: answer.job, row, rows: packet.rows.length, againInMs: answer.againInMs });
        }
        return [];
      case 'split':
        return this.#split(packet, answer.failure, answer.bad);
      case 'all':
        this.#report(answer.reported);
        this.#world.turns.note(outcome, [answer.result]);
        return this.#whole(packet, answer.result);
      case 'rows': {
        const pairs = paired(packet, answer.results);
        if (!pairs) return this.#all(packet, failureOf(outcome) ?? unreadable().result);
        this.#report(answer.reported);
        this.#world.turns.note(outcome, answer.results);
        for (const [row, result] of pairs) this.#note(row, result);
        return [];
      }
    }
  }

  /** One result for all rows: perhaps because of some of them. */
  #whole(packet: Rows, result: ItemResult): Rows[] {
    if (result.delivered || packet.rows.length === 1) return this.#all(packet, result);
    // Nobody is given up because of others: the request is halved until the bad ones are alone.
    if (result.errorClass === 'drop' && !this.#world.type.alone) return halves(packet);
    if (result.errorClass !== 'retry' || this.#saving < 2) return this.#all(packet, result);
    this.#saving -= 2;
    return halves(packet);
  }

  #split(packet: Rows, failure: Failure, bad: readonly number[] = []): Rows[] {
    const named = new Set(bad.filter((index) => index >= 0 && index < packet.rows.length));
    if (named.size === 0 && packet.rows.length > 1) return halves(packet);
    const isBad = (index: number): boolean => named.size === 0 || named.has(index);
    for (const [index, row] of packet.rows.entries()) if (isBad(index)) this.#note(row, failure);
    const rows = packet.rows.filter((_, index) => !isBad(index));
    return rows.length > 0 ? [{ call: packet.call, rows }] : [];
  }

  #all({ rows }: Rows, result: ItemResult): Rows[] {
    for (const row of rows) this.#note(row, result);
    return [];
  }

  #note({ of, name }: Row, fate: Fate): void {
    this.#fates[of]!.push({ fate, name });
  }

  #report(reported: readonly Reported[] = []): void {
    for (const each of reported) this.#world.onReported?.(this.#world.destination.id, each);
  }
}

const halves = ({ call, rows }: Rows): Rows[] => {
  const middle = Math.ceil(rows.length / 2);
  return [
    { call, rows: rows.slice(0, middle) },
    { call, rows: rows.slice(middle) },
  ];
};

/** Rows with what was said about each; undefined where the answer speaks of more or fewer. */
const paired = <T>({ rows }: Rows, said: readonly T[]): (readonly [Row, T])[] | undefined =>
  said.length === rows.length ? rows.map((row, index) => [row, said[index]!] as const) : undefined;

const isHanded = (fate: Fate): fate is Handed => 'job' in fate;

/** Results; what is handed in and has none yet is remembered, and what was done of deliveries that go on. */
async function settle(
  deliveries: readonly ProfileDelivery[],
  fates: readonly (readonly Fated[])[],
  progress: readonly (Rest | undefined)[],
  { submissions, now }: World,
): Promise<readonly ItemResult[]> {
  const open = new Map<string, Submission>();
  const over: string[] = [];
  const results = fates.map((own, index): ItemResult => {
    const delivery = deliveries[index]!;
    const { result, kept } = settled(own, progress[index], now());
    if (kept) {
      const failure = kept.failure && { failure: withMaskedDetail(kept.failure, delivery) };
      open.set(keyOfDelivery(delivery), { ...kept, ...failure });
    } else if (progress[index]) over.push(keyOfDelivery(delivery));
    return result;
  });
  if (open.size > 0) await submissions.put(open);
  if (over.length > 0) await submissions.delete(over);
  return results;
}

/** What became of one delivery, and what has to be remembered of it until it comes again. */
function settled(
  own: readonly Fated[],
  earlier: Rest | undefined,
  now: number,
): { readonly result: ItemResult; readonly kept?: Submission } {
  const handed = own.map(({ fate }) => fate).filter(isHanded);
  const results = own.map(({ fate }) => fate).filter((fate): fate is ItemResult => !isHanded(fate));
  const result = combined(earlier?.failure ? [...results, earlier.failure] : results);
  const submission = { jobs: handed.map(({ job, row, rows }) => ({ job, row, rows })), since: now };
  if (!result.delivered && GOES_ON.has(result.errorClass)) {
    const done = [...(earlier?.done ?? []), ...own.flatMap(doneBy)];
    // Whoever has nothing behind them begins anew.
    if (done.length === 0) return { result };
    return { result, kept: { ...submission, done, ...(earlier?.failure && { failure: earlier.failure }) } };
  }
  if (handed.length === 0 || (!result.delivered && result.errorClass !== 'drop')) return { result };
  const againInMs = Math.min(...handed.map((each) => each.againInMs));
  return {
    result: { ...failed('wait', SUBMITTED), until: now + againInMs },
    kept: { ...submission, ...(!result.delivered && { failure: result }) },
  };
}

/** What has a delivery come again: as soon as it may, or with another attempt. */
const GOES_ON: ReadonlySet<ErrorClass> = new Set(['wait', 'retry', 'stop']);

/** The name of a row that need not be sent again. */
const doneBy = ({ fate, name }: Fated): readonly string[] =>
  name !== undefined && (isHanded(fate) || fate.delivered) ? [name] : [];
