import type { Identity } from '#core/identity/identity.ts';

/** A record that passed validation: what the lake keeps and what is stitched into a profile. */
export interface AcceptedRecord {
  /** The same record has the same id, whichever door it came through: it is applied once. */
  readonly id: string;
  readonly datasetId: string;
  readonly behaviour: 'event' | 'record';
  /** Epoch ms: of an event its timestamp, of a record when it was last updated at the source, else when it arrived. */
  readonly time: number;
  /** Puts records of the same time in order: the later one in the file, or in the shard, is the larger. */
  readonly tie: string;
  readonly identities: readonly (Identity & { readonly primary: boolean })[];
  /** The record itself, in XDM. */
  readonly entity: Readonly<Record<string, unknown>>;
}
