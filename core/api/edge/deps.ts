import type { EdgeRegion } from '#core/edge/hints.ts';
import type { LateMessage } from '#core/edge/message.ts';
import type { EdgeStores } from '#core/edge/profile.ts';
import type { EdgeSettings } from '#core/edge/settings.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CollectionStream } from '#core/ports/collection-stream.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';

export interface EdgeDeps {
  readonly catalog: { current(): Promise<EdgeSettings> };
  readonly stream: CollectionStream;
  /** Where records wait that the stream has no room for. */
  readonly late: MessageQueue<LateMessage>;
  readonly stores: EdgeStores;
  /** Notes what failed where the caller gets an answer all the same. */
  readonly note: (error: unknown) => void;
  readonly now: Clock;
  /** A new UUID at every call. */
  readonly newId: () => string;
  readonly random: (bytes: number) => Uint8Array;
  /** The edge that the stage is. */
  readonly region: EdgeRegion;
}
