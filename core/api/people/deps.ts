import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import type { GuardStore } from '#core/activation/ports/guard.ts';
import type { DefinitionStore } from '#core/catalog/definition-store.ts';
import type { Backoff } from '#core/ports/conflict.ts';
import type { Erasures } from '#core/privacy/ports/erasures.ts';
import type { ErasureRequest } from '#core/privacy/request-erasure.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { Callers } from '../management/caller.ts';
import type { Notes } from '../management/deps.ts';
import type { RouteCall } from '../management/route.ts';
import type { ProfileAccessDeps } from '../profile/entities.ts';

/** What it takes to answer who somebody is. */
export interface PeopleDeps extends ProfileAccessDeps, Backoff {
  readonly callers: Callers;
  /** The definitions that are active, as they were written: rules are explained by their text. */
  readonly definitions: Pick<DefinitionStore, 'active'>;
  readonly lookups: LookupStore;
  readonly deliveryStates: Pick<DeliveryStateStore, 'get'>;
  readonly guards: Pick<GuardStore, 'states'>;
  readonly erasures: Pick<Erasures, 'get' | 'underWay'>;
  /** Privacy jobs. */
  readonly notes: Pick<Notes, 'put' | 'get'>;
  /** Deletes a person at once from profiles. @returns the id of the request; undefined where nobody is known */
  erase(request: Omit<ErasureRequest, 'isUnknown'>): Promise<string | undefined>;
  /** What references of profiles are sealed with. */
  referenceSecret(): Promise<string>;
}

export type PeopleCall<Query = unknown, Body = unknown> = RouteCall<Query, Body, PeopleDeps>;
