import type { ChunkMessage } from '#core/ingestion/chunk-message.ts';

export interface ChunkQueue {
  send(messages: readonly ChunkMessage[]): Promise<void>;
}
