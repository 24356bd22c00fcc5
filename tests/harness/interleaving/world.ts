import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import type { Wiring } from '#tests/harness/poller/event-source.ts';
import { AS_USUAL, companyCatalog, LANES, type Variant } from './company.ts';
import { expectedOf, statedIn } from './expected.ts';
import { Destinations, type Members } from './held.ts';
import { commandsOf, type Moment } from './history.ts';
import { Interleaver, type Task } from './interleaver.ts';

export interface WorldOptions {
  /** Of the company, see `companyWiring`. */
  readonly wiring: Wiring;
  /** Epoch ms. */
  readonly start: number;
  /** Every decision about order, time, lag and faults comes from here. */
  readonly draw: (below: number) => number;
  /** Calls that end in the middle of themselves. */
  readonly crashes: number;
  /** Calls of ports that fail, their effect done or not. */
  readonly faults: number;
  /** Requests that destinations fail, theirs done or not. */
  readonly failures: number;
  /** A destination that fails every request for as long as the history lasts. */
  readonly dead?: string;
}

export interface State {
  readonly held: Readonly<Record<string, Members>>;
  readonly stated: Readonly<Record<string, Members>>;
  readonly expected: Readonly<Record<string, Members>>;
  readonly leftovers: object;
}

/** After so long time alone changes nothing any more: the longest window of a segment is shorter. */
const QUIET_MS = 61_000;
/** By then nobody works under a catalog any more that was replaced: calls keep theirs to their end. */
const CATALOG_SEEN_MS = 31_000;
/** By then nobody works any more who does not know of a deletion. */
const PASS_EVERY_MS = 960_000;
const OK: HttpOutcome = { kind: 'response', status: 200, body: '{}' };

/** The company's platform, whose functions run side by side, step by step, on a history. */
export class InterleavedWorld {
  readonly platform: Platform;
  readonly destinations = new Destinations();
  readonly interleaver: Interleaver;
  readonly #options: WorldOptions;
  #faults: number;
  #failures: number;
  #isOver = false;
  #applying: Task | undefined;

  constructor(options: WorldOptions) {
    const { wiring, start, draw, crashes, faults, failures } = options;
    this.#options = options;
    this.#faults = faults;
    this.#failures = failures;
    const clock = createClock(start);
    this.interleaver = new Interleaver({ clock, draw, maxStepMs: 5_000, maxCallMs: 15_000, crashes });
    this.platform = createPlatform({
      wiring,
      catalog: companyCatalog({ ...AS_USUAL, newestEmail: draw(2) === 0 }),
      start,
      clock,
      call: (label, run) => this.interleaver.start(label, run),
      intercept: (port, name, reader) => {
        const own = reader === 'export-files' && name === 'exports' ? this.#watched(port) : port;
        return withFaults(this.interleaver.wrap(own, name === 'http' ? 3 : undefined), () => this.#nextFault());
      },
      answer: (request) => this.#answer(request),
      unsteady: {
        lag: () => (draw(3) === 0 ? draw(10_000) : 0),
        again: () => !this.#isOver && draw(12) === 0,
      },
    });
  }

  /** Lets a history happen, and everything that follows from it until nothing is left to do. */
  async play(moments: readonly Moment[]): Promise<void> {
    await this.happen(moments);
    await this.recover();
  }

  /** The history, with all that fails in it. */
  async happen(moments: readonly Moment[]): Promise<void> {
    const { start } = this.#options;
    const profiles = this.interleaver.wrap(this.platform.stores.profiles);
    const apply = (variant: Variant): Promise<unknown> => this.#apply(variant);
    const commands = commandsOf(moments, start, { platform: this.platform, profiles, apply });
    await this.interleaver.play(commands, this.platform.poller.workers);
  }

  /** Nothing fails any more, and what was given up is tried again. */
  async recover(): Promise<void> {
    this.#isOver = true;
    this.interleaver.calm();
    await this.#comeToRest();
  }

  /** As `catalog apply` does, of which one runs at a time. */
  async #apply(variant: Variant): Promise<unknown> {
    const { interleaver, platform } = this;
    while (this.#applying && !this.#applying.isOver) await interleaver.backoff(1_000);
    this.#applying = interleaver.task;
    platform.apply(companyCatalog(variant));
    await interleaver.backoff(CATALOG_SEEN_MS);
    return await platform.schedules.startEvaluation();
  }

  /** What has expired goes, and everybody is evaluated. */
  async endOfDay(): Promise<void> {
    const { clock } = this.platform.poller;
    const { schedules, poller } = this.platform;
    for (const run of [schedules.startExpiry, schedules.startEvaluation]) {
      await this.interleaver.play([{ at: clock.now(), name: 'job', run }], poller.workers);
    }
    await this.#comeToRest();
  }

  /** What everybody knows, the files of what waits for them included. */
  async state(): Promise<State> {
    const { poller, stores, schedules, catalog } = this.platform;
    await schedules.exportFiles({ force: true });
    const items = await Array.fromAsync(stores.profiles.scan());
    return {
      held: this.destinations.held,
      stated: statedIn(await Array.fromAsync(stores.deliveryStates.scan()), catalog),
      expected: expectedOf(items, catalog, poller.clock.now()),
      leftovers: this.platform.leftovers(),
    };
  }

  /** Time passes, what is due is evaluated, and dead letters are sent again, until nothing happens any more. */
  async #comeToRest(): Promise<void> {
    const { poller, schedules } = this.platform;
    const { workers, clock } = poller;
    await this.interleaver.play([], workers);
    clock.advanceBy(QUIET_MS);
    for (let round = 0, sent = 1; sent > 0 || round < 2; round++) {
      if (round > 30) throw new Error('Dead letters never end');
      const reevaluateDue = { at: clock.now(), name: 'reevaluate-due', run: () => schedules.reevaluateDue() };
      await this.interleaver.play([reevaluateDue], workers);
      sent = this.#replayDeadLetters();
      await this.interleaver.play([], workers);
    }
    await this.#endErasures();
  }

  /** Deletions go on until they are done. */
  async #endErasures(): Promise<void> {
    const { poller, schedules, stores } = this.platform;
    for (let run = 0; (await stores.erasures.underWay()).length > 0; run++) {
      if (run > 12) throw new Error('Deletions never end');
      const erase = { at: poller.clock.now(), name: 'erase', run: () => schedules.erase() };
      await this.interleaver.play([erase], poller.workers);
      poller.clock.advanceBy(PASS_EVERY_MS);
    }
  }

  #replayDeadLetters(): number {
    const { poller } = this.platform;
    let sent = 0;
    for (const lane of LANES) {
      const deadLetters = poller.queue(`${lane}.dead-letters`);
      for (const { messageId, body, groupId } of [...deadLetters.messages]) {
        const again = groupId === undefined ? {} : { groupId, deduplicationId: `${messageId} again` };
        poller.queue(lane).send(body, again);
        deadLetters.delete(messageId);
        sent += 1;
      }
    }
    return sent;
  }

  #nextFault(): Fault {
    const { draw } = this.#options;
    if (this.#isOver || this.#faults === 0 || draw(30) > 0) return 'none';
    this.#faults -= 1;
    return (['before', 'after', 'conflict'] as const)[draw(3)]!;
  }

  /** A destination takes a request and says so; or it fails, and may have taken it all the same. */
  #answer(request: HttpRequest): HttpOutcome {
    const { draw, dead } = this.#options;
    const isDead = !this.#isOver && dead !== undefined && request.url.includes(dead);
    const fails = isDead || (!this.#isOver && this.#failures > 0 && draw(6) === 0);
    if (fails && !isDead) this.#failures -= 1;
    if (!fails || draw(2) === 0) this.destinations.take(request);
    return fails ? { kind: 'timeout' } : OK;
  }

  /** The bucket of files, of which destinations take what is written for them. */
  #watched<T extends object>(exports: T): T {
    const { destinations } = this;
    return new Proxy(exports, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (name !== 'putIf' || typeof member !== 'function') return member;
        return async (key: string, body: Uint8Array, ...rest: unknown[]) => {
          const etag = (await Reflect.apply(member, target, [key, body, ...rest])) as string | undefined;
          const isForDestination = /\.(csv|sync)$/.test(key);
          if (etag !== undefined && isForDestination) destinations.takeFile(key, new TextDecoder().decode(body));
          return etag;
        };
      },
    });
  }
}
