import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import type { VirtualClock } from '#tests/harness/poller/clock.ts';
import type { Worker } from '#tests/harness/poller/worker.ts';

/**
 * Something that happens at an instant whatever the functions are doing: a record comes, a person is deleted. Where it
 * fails, whoever asked for it asks again.
 */
export interface Command {
  /** Epoch ms; it may happen later, never earlier. */
  readonly at: number;
  readonly name: string;
  run(): unknown;
}

export interface InterleaverOptions {
  readonly clock: VirtualClock;
  /** A number below the given one: every decision comes from here, so that the same numbers give the same run. */
  readonly draw: (below: number) => number;
  /** Most milliseconds that pass between two steps. */
  readonly maxStepMs: number;
  /** Most milliseconds that a slow call of a port takes. */
  readonly maxCallMs: number;
  /** How many calls may end in the middle of themselves, their last effect done or not. */
  readonly crashes: number;
}

export interface Task {
  readonly name: string;
  /** Epoch ms: until then it has to be over, and time does not pass beyond it. */
  readonly until: number;
  /** The task with the greatest goes first for as long as nothing else is drawn. */
  priority: number;
  isDead: boolean;
  /** Whether it came to its end, of whatever kind. */
  isOver: boolean;
  kill(): void;
}

interface Turn {
  readonly task: Task;
  /** Epoch ms: some calls of ports are slow, and meanwhile everybody else goes on. */
  readonly from: number;
  readonly resume: () => void;
}

/** No call of a function lasts longer than its timeout: while one is this old, hardly any time passes. */
const MAX_CALL_MS = 25_000;
const SLOW_ONE_IN = 20;
/** A task that waits for nothing that this scheduler knows of would wait for ever; a loaded machine may be slow. */
const MAX_IDLE_TURNS = 1_000_000;
/** A command that fails this often fails for a reason. */
const MAX_TRIES = 20;
const RETRY_MS = 1_000;

/**
 * Lets the calls of functions run side by side, one step at a time. Every call of a port stops before and after its
 * effect, and whoever is drawn goes on; meanwhile time passes, commands are carried out and calls crash. Nothing depends
 * on the machine: the same draws give the same run.
 */
export class Interleaver {
  readonly #options: InterleaverOptions;
  readonly #storage = new AsyncLocalStorage<Task>();
  readonly #tasks = new Set<Task>();
  readonly #busy = new Set<Worker>();
  #turns: Turn[] = [];
  #crashes: number;
  /** Steps so far, for figures. */
  steps = 0;

  constructor(options: InterleaverOptions) {
    this.#options = options;
    this.#crashes = options.crashes;
  }

  /** No crash from now on. */
  calm(): void {
    this.#crashes = 0;
  }

  /**
   * A port, or a function that is one, whose calls wait for their turn. Calls of the test itself do not.
   * @param slowOneIn of how many calls one is slow
   */
  wrap<T extends object>(port: T, slowOneIn = SLOW_ONE_IN): T {
    const current = (): Task | undefined => this.#storage.getStore();
    const call = (done: () => unknown): unknown => {
      const task = current();
      return task ? this.#stepwise(task, done, slowOneIn) : done();
    };
    const scan = (source: AsyncIterable<unknown>): AsyncIterable<unknown> => {
      const task = current();
      return task ? this.#readStepwise(task, source) : source;
    };
    return new Proxy(port, {
      apply: (target, self, args) => call(() => Reflect.apply(target as never, self, args)),
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const apply = (args: unknown[]): unknown => Reflect.apply(member, target, args);
        // A generator stays one, so that others who come in between see what it is.
        return Symbol.asyncIterator in Object(member.prototype ?? {})
          ? async function* (...args: unknown[]) {
              yield* scan(apply(args) as AsyncIterable<unknown>);
            }
          : (...args: unknown[]) => call(() => apply(args));
      },
    });
  }

  async #stepwise(task: Task, done: () => unknown, slowOneIn: number): Promise<unknown> {
    await this.#turn(task, slowOneIn);
    try {
      return await done();
    } finally {
      await this.#turn(task, slowOneIn);
    }
  }

  async *#readStepwise(task: Task, source: AsyncIterable<unknown>): AsyncIterable<unknown> {
    await this.#turn(task);
    for await (const item of source) {
      yield item;
      await this.#turn(task);
    }
  }

  #turn(task: Task, slowOneIn = SLOW_ONE_IN): Promise<void> {
    return new Promise((resume) => {
      // Whoever is dead never goes on.
      if (!task.isDead) this.#turns.push({ task, from: this.#later(task, slowOneIn), resume });
    });
  }

  /** The task that asks, if it is one. */
  get task(): Task | undefined {
    return this.#storage.getStore();
  }

  /** Lets time pass in a task, and everybody else go on. */
  async backoff(milliseconds: number): Promise<void> {
    const task = this.#storage.getStore();
    if (!task) return;
    const from = this.#options.clock.now() + milliseconds;
    await new Promise<void>((resume) => {
      if (!task.isDead) this.#turns.push({ task, from, resume });
    });
  }

  #later({ until }: Task, slowOneIn: number): number {
    const { clock, draw, maxCallMs } = this.#options;
    const now = clock.now();
    return draw(slowOneIn) > 0 ? now : Math.max(now, Math.min(now + draw(maxCallMs), until));
  }

  /** Calls a function. The call fails when it crashes, as whoever made it would see it. */
  start<T>(name: string, run: () => T | Promise<T>, limitMs = MAX_CALL_MS): Promise<T> {
    const { clock, draw } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const task: Task = {
        name,
        until: clock.now() + limitMs,
        priority: draw(1_000),
        isDead: false,
        isOver: false,
        kill: () => {
          task.isDead = true;
          end();
          this.#turns = this.#turns.filter((turn) => turn.task !== task);
          reject(new Error(`${name} crashed`));
        },
      };
      const end = (): void => {
        task.isOver = true;
        this.#tasks.delete(task);
      };
      this.#tasks.add(task);
      this.#storage
        .run(task, async () => await run())
        .finally(end)
        .then(resolve, reject);
    });
  }

  /**
   * Carries out commands and lets readers work until nothing is left to do.
   * @param commands in the order of their time
   * @throws Error where a command fails again and again
   */
  async play(commands: readonly Command[], workers: readonly Worker[]): Promise<void> {
    const { clock, draw, maxStepMs } = this.#options;
    const left = [...commands];
    const failures: unknown[] = [];
    for (let idle = 0; ; ) {
      await setImmediate();
      if (failures.length > MAX_TRIES) throw failures[0];
      const now = clock.now();
      const ready = workers.filter((worker) => !this.#busy.has(worker) && readyAt(worker) <= now);
      const turns = this.#turns.filter(({ from }) => from <= now);
      const hasCommand = left[0] !== undefined && left[0].at <= now;
      const choices = turns.length + ready.length + (hasCommand ? 1 : 0);
      if (choices === 0 && this.#tasks.size > 0 && this.#turns.length === 0) {
        if (++idle > MAX_IDLE_TURNS) throw new Error(`${[...this.#tasks][0]!.name} waits for ever`);
        continue;
      }
      if (choices === 0) {
        const idleWorkers = workers.filter((worker) => !this.#busy.has(worker));
        const next = Math.min(
          left[0]?.at ?? Number.POSITIVE_INFINITY,
          ...idleWorkers.map(readyAt),
          ...this.#turns.map(({ from }) => from),
        );
        if (next === Number.POSITIVE_INFINITY) return;
        clock.advanceTo(next);
        continue;
      }
      idle = 0;
      this.steps += 1;
      if (this.#mayCrash()) continue;
      this.#passTime(maxStepMs);
      const choice = draw(choices);
      if (choice < turns.length) this.#resume(turns, choice);
      else if (choice < turns.length + ready.length) this.#read(ready[choice - turns.length]!);
      else {
        const command = left.shift()!;
        this.start(command.name, command.run, Number.POSITIVE_INFINITY).catch((error: unknown) => {
          failures.push(error);
          left.unshift({ ...command, at: clock.now() + RETRY_MS });
          left.sort((a, b) => a.at - b.at);
        });
      }
    }
  }

  /** Half of the time anybody, else the one of the greatest priority, which now and then becomes the least. */
  #resume(turns: readonly Turn[], choice: number): void {
    const { draw } = this.#options;
    let turn = turns[choice]!;
    if (draw(2) === 0) {
      for (const other of turns) if (other.task.priority > turn.task.priority) turn = other;
      if (draw(8) === 0) turn.task.priority = -draw(1_000);
    }
    this.#turns = this.#turns.filter((other) => other !== turn);
    turn.resume();
  }

  #read(worker: Worker): void {
    this.#busy.add(worker);
    void worker.run().finally(() => this.#busy.delete(worker));
  }

  #mayCrash(): boolean {
    const { draw } = this.#options;
    if (this.#crashes === 0 || this.#turns.length === 0 || draw(40) > 0) return false;
    this.#crashes -= 1;
    this.#turns[draw(this.#turns.length)]!.task.kill();
    return true;
  }

  #passTime(maxStepMs: number): void {
    const { clock, draw } = this.#options;
    if (draw(6) > 0) return;
    const until = Math.min(Number.POSITIVE_INFINITY, ...[...this.#tasks].map((task) => task.until));
    const passes = Math.min(draw(maxStepMs + 1), until - clock.now());
    if (passes > 0) clock.advanceBy(passes);
  }
}

const readyAt = (worker: Worker): number => worker.readyAt() ?? Number.POSITIVE_INFINITY;
