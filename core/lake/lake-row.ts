import type { IngestionMetadata } from '#core/ingestion/accept.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';

/** An accepted record as the lake keeps it. */
export interface LakeRow extends IngestionMetadata {
  /** Of the record. */
  readonly id: string;
  /** Of an event, when it happened, in epoch ms; undefined for other records. */
  readonly timestamp?: number;
  readonly operation: RecordOperation;
  /** The record itself, in XDM, as JSON. */
  readonly json: string;
}
