import type { Caller } from '#core/callers/caller.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';

export { type Caller, mayDo, mayDoSome } from '#core/callers/caller.ts';
export type { Scope } from '#core/contract/scopes.ts';

/** Who may call the management host. */
export interface Callers {
  /** Who makes a call, or why nobody known does: 401 or 403, in the form of AEP's gateway. */
  callerOf(call: HttpCall): Promise<Caller | HttpAnswer>;
}
