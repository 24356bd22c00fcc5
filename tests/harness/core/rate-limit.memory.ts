import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
import { comeBackAt, nextStep, type RateState } from '#core/activation/rate-limit.ts';
import type { Clock } from '#core/ports/clock.ts';

/** The rate limits of destinations in memory. @param sleep lets time pass inside a function */
export function createMemoryRateLimit(now: Clock, sleep: (ms: number) => Promise<void>): RateLimit {
  const states = new Map<string, RateState>();
  const stateOf = (id: string): RateState => states.get(id) ?? { freeAt: 0, lineEnd: 0 };
  let share = 0;
  return {
    async acquire(id, perSecond, request) {
      const at = now();
      const state = stateOf(id);
      if (perSecond === undefined) return state.freeAt > at ? state.freeAt : undefined;
      const distance = Math.ceil(1000 / perSecond);
      switch (nextStep(state, { ...request, distance }, at)) {
        case 'first':
          states.set(id, { ...state, freeAt: at + distance });
          return undefined;
        case 'next':
          states.set(id, { ...state, freeAt: state.freeAt + distance });
          if (state.freeAt > at) await sleep(state.freeAt - at);
          return undefined;
        case 'join':
          states.set(id, { ...state, lineEnd: state.lineEnd + distance });
          return state.lineEnd;
        case 'begin':
          states.set(id, { ...state, lineEnd: state.freeAt + distance });
          return state.freeAt;
        case 'later':
          share = (share + 0.618) % 1;
          return comeBackAt(state, at, share);
      }
    },
    async backOff(id, ms) {
      const until = now() + ms;
      const state = stateOf(id);
      states.set(id, { ...state, freeAt: Math.max(state.freeAt, until) });
      return until;
    },
  };
}
