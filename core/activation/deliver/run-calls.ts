import type { Clock } from '#core/ports/clock.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { Answer, Failure, ItemResult, Reported } from '../destination-type.ts';
import type { HttpOutcome } from '../error-class.ts';
import { withMaskedDetail } from '../errors/mask-words.ts';
import { combined, DELIVERED, failed, failureOf, unreadable } from '../item-results.ts';
import { type OwnedRow, type Packed, packed } from '../pack.ts';
import type { Submission, Submissions } from '../ports/submissions.ts';
import type { Addressed, Exchange } from './exchange.ts';
import { keyOfDelivery, SUBMITTED } from './jobs.ts';
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

/**
 * Makes the requests about some people.
 * @param most rows of a request that a delivery may go with, in the order of the deliveries
 * @returns what became of each, in order
 */
export async function runCalls(
  deliveries: readonly ProfileDelivery[],
  world: World,
  { isLast = false, most = [] }: { readonly isLast?: boolean; readonly most?: readonly (number | undefined)[] },
): Promise<readonly ItemResult[]> {
  const { type, destination, context } = world;
  const fates: Fate[][] = deliveries.map(() => []);
  const rows = deliveries.flatMap((delivery, of): Row[] => {
    const made = type.rows(delivery, destination, context);
    if (!('delivered' in made)) return made.map((row) => ({ ...row, ...limited(most[of]), of }));
    fates[of]!.push(made);
    return [];
  });
  await new Calls(world, fates, isLast).run(rows);
  return settle(deliveries, fates, world);
}

const limited = (most: number | undefined): { readonly most?: number } => (most === undefined ? {} : { most });

class Calls {
  readonly #world: World;
  readonly #fates: Fate[][];
  #saving: number;

  constructor(world: World, fates: Fate[][], isLast: boolean) {
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
      if ('delivered' in next) this.#fates[row.of]!.push(next);
      else if (step < MAX_STEPS) further.push({ ...next, ...limited(row.most), of: row.of });
      else this.#fates[row.of]!.push(failed('retry', 'too-many-steps'));
    }
    await this.run(further, step + 1);
    return [];
  }

  #take(packet: Rows, answer: Exclude<Answer, { kind: 'continue' }>, outcome: HttpOutcome): Rows[] {
    switch (answer.kind) {
      case 'job':
        for (const [row, { of }] of packet.rows.entries()) {
          this.#fates[of]!.push({ job: answer.job, row, rows: packet.rows.length, againInMs: answer.againInMs });
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
        for (const [{ of }, result] of pairs) this.#fates[of]!.push(result);
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
    for (const [index, { of }] of packet.rows.entries()) if (isBad(index)) this.#fates[of]!.push(failure);
    const rows = packet.rows.filter((_, index) => !isBad(index));
    return rows.length > 0 ? [{ call: packet.call, rows }] : [];
  }

  #all({ rows }: Rows, result: ItemResult): Rows[] {
    for (const { of } of rows) this.#fates[of]!.push(result);
    return [];
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

/** Results; what is handed in and has none yet is remembered, and waits. */
async function settle(
  deliveries: readonly ProfileDelivery[],
  fates: readonly (readonly Fate[])[],
  { submissions, now }: World,
): Promise<readonly ItemResult[]> {
  const open = new Map<string, Submission>();
  const results = fates.map((own, index): ItemResult => {
    const handed = own.filter(isHanded);
    const result = combined(own.filter((fate): fate is ItemResult => !isHanded(fate)));
    if (handed.length === 0) return result;
    // Whoever is sent again is handed in again.
    if (!result.delivered && result.errorClass !== 'drop') return result;
    const jobs = handed.map(({ job, row, rows }) => ({ job, row, rows }));
    const failure = result.delivered ? {} : { failure: withMaskedDetail(result, deliveries[index]!) };
    open.set(keyOfDelivery(deliveries[index]!), { jobs, since: now(), ...failure });
    const againInMs = Math.min(...handed.map((each) => each.againInMs));
    return { ...failed('wait', SUBMITTED), until: now() + againInMs };
  });
  if (open.size > 0) await submissions.put(open);
  return results.map((result) => result ?? DELIVERED);
}
