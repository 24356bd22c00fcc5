import type { Callers } from '../management/caller.ts';
import type { ProfileAccessDeps } from '../profile/entities.ts';

/** What it takes to answer who somebody is. */
export interface PeopleDeps extends ProfileAccessDeps {
  readonly callers: Callers;
}
