import type { VirtualClock } from './clock.ts';
import type { QueueDefinition } from './event-source.ts';

/** SQS forgets a deduplication id after five minutes. */
const DEDUPLICATION_MS = 5 * 60 * 1000;

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sentAt: number;
  readonly firstReceivedAt: number | undefined;
  readonly receiveCount: number;
}

export interface SendOptions {
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** An SQS queue in memory, on virtual time. */
export interface MemoryQueue {
  readonly name: string;
  /** Everything that was sent and not deleted, visible or not, oldest first. */
  readonly messages: readonly QueueMessage[];
  send(body: string, options?: SendOptions): void;
  /** At most `limit` visible messages, which then are hidden for the visibility timeout. */
  receive(limit: number): QueueMessage[];
  delete(messageId: string): void;
  /** How many messages could be received now. */
  visible(): number;
  /** When the first message is, was or will be visible; undefined when there is none. */
  firstVisibleAt(): number | undefined;
}

type Stored = { -readonly [K in keyof QueueMessage]: QueueMessage[K] } & { visibleAt: number };

export function createQueue(
  definition: QueueDefinition,
  clock: VirtualClock,
  queueNamed: (name: string) => MemoryQueue,
): MemoryQueue {
  const { name, fifo, redrive } = definition;
  let stored: Stored[] = [];
  let sent = 0;
  const deduplication = new Map<string, number>();

  /** A group with a message in flight, or waiting to come back, hands out nothing else. */
  const lockedGroups = (): Set<string | undefined> =>
    new Set(fifo ? stored.filter((message) => message.visibleAt > clock.now()).map(({ groupId }) => groupId) : []);

  const available = (): Stored[] => {
    const locked = lockedGroups();
    return stored.filter((message) => message.visibleAt <= clock.now() && !(fifo && locked.has(message.groupId)));
  };

  return {
    name,
    get messages() {
      return stored;
    },
    send(body, { groupId, deduplicationId } = {}) {
      if (fifo && (groupId === undefined || deduplicationId === undefined)) {
        throw new Error(`Queue "${name}" is FIFO: a message needs a groupId and a deduplicationId`);
      }
      const present = clock.now();
      if (fifo) {
        const key = JSON.stringify(definition.deduplicatesPerGroup ? [groupId, deduplicationId] : [deduplicationId]);
        const earlier = deduplication.get(key);
        if (earlier !== undefined && present - earlier < DEDUPLICATION_MS) return;
        deduplication.set(key, present);
      }
      sent += 1;
      stored.push({
        messageId: `${name}-${sent}`,
        body,
        groupId,
        deduplicationId,
        sentAt: present,
        firstReceivedAt: undefined,
        receiveCount: 0,
        visibleAt: present,
      });
    },
    receive(limit) {
      const received: Stored[] = [];
      for (const message of available()) {
        if (received.length === limit) break;
        if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
          stored = stored.filter((other) => other !== message);
          queueNamed(redrive.deadLetters).send(message.body, {
            ...(message.groupId === undefined ? {} : { groupId: message.groupId }),
            ...(message.deduplicationId === undefined ? {} : { deduplicationId: message.deduplicationId }),
          });
          continue;
        }
        message.receiveCount += 1;
        message.firstReceivedAt ??= clock.now();
        received.push(message);
      }
      for (const message of received) message.visibleAt = clock.now() + definition.visibilityTimeoutSeconds * 1000;
      return received.map(({ visibleAt: _, ...message }) => message);
    },
    delete(messageId) {
      stored = stored.filter((message) => message.messageId !== messageId);
    },
    visible: () => available().length,
    firstVisibleAt() {
      if (stored.length === 0) return undefined;
      const now = available();
      return now.length > 0
        ? Math.min(...now.map(({ visibleAt }) => visibleAt))
        : Math.min(...stored.filter(({ visibleAt }) => visibleAt > clock.now()).map(({ visibleAt }) => visibleAt));
    },
  };
}
