import type { AudienceIds } from './audience-ids.ts';
import type { Submissions } from './submissions.ts';
import type { TokenStore } from './tokens.ts';

/** What is remembered about vendors between requests. */
export interface VendorState {
  readonly audienceIds: AudienceIds;
  readonly submissions: Submissions;
  readonly tokens: TokenStore;
}
