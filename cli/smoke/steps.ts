import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/** One step of a smoke test that came to its end. */
export interface SmokeStep {
  readonly step: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** What was seen; of a step that failed, why and where to look. */
  readonly detail: string;
}

/** A step did not come to its end: why, and where to look. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

const LOOK_EVERY_MS = 500;

/** Runs steps one after the other until one fails, all within one time. */
export class Steps {
  readonly done: SmokeStep[] = [];
  readonly #deadline: number;
  readonly #show: (step: SmokeStep) => void;
  readonly #seconds: number;

  constructor(seconds: number, show: (step: SmokeStep) => void) {
    this.#seconds = seconds;
    this.#deadline = performance.now() + seconds * 1_000;
    this.#show = show;
  }

  /** @param run gives what was seen. @throws StepFailed, after it was shown */
  async run<T>(step: string, run: () => Promise<{ readonly detail: string; readonly value: T }>): Promise<T> {
    const began = performance.now();
    const end = (ok: boolean, detail: string): void => {
      const one = { step, ok, seconds: Math.round((performance.now() - began) / 100) / 10, detail };
      this.done.push(one);
      this.#show(one);
    };
    try {
      const { detail, value } = await run();
      end(true, detail);
      return value;
    } catch (error) {
      const { message } = error as Error;
      end(false, message);
      throw error instanceof StepFailed ? error : new StepFailed(message, { cause: error });
    }
  }

  /** Looks again and again until there is something. @throws StepFailed when the time is over. @param hint where to look then */
  async until<T>(look: () => Promise<T | undefined>, hint: string): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > this.#deadline) throw new StepFailed(`not within ${this.#seconds} s. ${hint}`);
      await setTimeout(LOOK_EVERY_MS);
    }
  }
}
