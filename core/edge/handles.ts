import { ECID } from './device.ts';
import type { EdgeRegion } from './hints.ts';
import type { EdgeProblem } from './problem.ts';
import type { StateEntry } from './state.ts';

/** A part of an answer, for one part of the SDK. */
export interface Handle {
  readonly type: string;
  readonly eventIndex?: number;
  readonly payload: readonly object[];
}

/** The body of an answer; without `errors` and `warnings` where there are none. */
export interface EdgeAnswerBody {
  readonly requestId: string;
  readonly handle: readonly Handle[];
  readonly errors?: readonly EdgeProblem[];
  readonly warnings?: readonly EdgeProblem[];
}

const HINT_TTL_SECONDS = 1_800;

/** Which device it is, for `getIdentity`. */
export const identityResult = (ecid: string): Handle => ({
  type: 'identity:result',
  payload: [{ id: ecid, namespace: { code: ECID } }],
});

/** Where calls are best sent from now on, and in which region of Audience Manager the device is. */
export const locationHints = ({ hint, aamRegion }: EdgeRegion): Handle => ({
  type: 'locationHint:result',
  payload: [
    { scope: 'EdgeNetwork', hint, ttlSeconds: HINT_TTL_SECONDS },
    { scope: 'AAM', hint: String(aamRegion), ttlSeconds: HINT_TTL_SECONDS },
  ],
});

/** What the SDK is to write as cookies of the page's domain; none where there is nothing. */
export const stateStore = (entries: readonly StateEntry[]): readonly Handle[] =>
  entries.length === 0
    ? []
    : [{ type: 'state:store', payload: entries.map((entry) => ({ ...entry, attrs: { SameSite: 'None' } })) }];
