import type { EdgeAddress } from '#core/edge/address.ts';
import type { Device } from '#core/edge/device.ts';
import type { Handle } from '#core/edge/handles.ts';
import type { Trust } from '#core/edge/person.ts';
import type { EdgeProblem } from '#core/edge/problem.ts';
import type { EdgeRequest } from '#core/edge/request.ts';
import type { CompiledDatastream, EdgeSettings } from '#core/edge/settings.ts';
import type { StateEntry } from '#core/edge/state.ts';
import type { HttpCall } from '../http.ts';

/** A call that may come in, with what is known of it before its body is read. */
export interface CallFacts {
  readonly call: HttpCall;
  readonly address: EdgeAddress;
  readonly datastream: CompiledDatastream;
  readonly settings: EdgeSettings;
  /** Whether the caller has shown a key of the datastream. */
  readonly isAuthenticated: boolean;
  readonly requestId: string;
  /** Epoch ms. */
  readonly now: number;
}

/** A call whose body was read, and who makes it. */
export interface EdgeCall extends CallFacts {
  readonly request: EdgeRequest;
  /** Undefined of a server that speaks of a person only. */
  readonly device: Device | undefined;
  readonly trust: Trust;
}

/** What became of it. */
export interface Taken {
  readonly handle: readonly Handle[];
  readonly state: readonly StateEntry[];
  readonly errors: readonly EdgeProblem[];
  readonly warnings: readonly EdgeProblem[];
}

export const NOTHING_TAKEN: Taken = { handle: [], state: [], errors: [], warnings: [] };
