import type { VirtualClock } from './clock.ts';
import type { QueueDefinition } from './event-source.ts';

/** SQS forgets a deduplication id after five minutes. */
const DEDUPLICATION_MS = 5 * 60 * 1000;
/** A message is hidden for twelve hours at most, from when it was received. */
const MAX_HIDDEN_MS = 12 * 3_600 * 1000;
/** A FIFO queue hands out nothing more while so many messages are received and not deleted. */
const MAX_IN_FLIGHT = 120_000;

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
  /** Deletes by the receipt of the latest receive, while it is valid; any other changes nothing. */
  acknowledge(receipt: string): void;
  /** Hides a message that is received for so long from now. @throws Error as SQS rejects it */
  hide(receipt: string, seconds: number): void;
  /** Messages that the queue has forgotten because they were too old: lost. */
  readonly expired: readonly QueueMessage[];
  /** How many messages could be received now. */
  visible(): number;
  /** When the first message is, was or will be visible; undefined when there is none. */
  firstVisibleAt(): number | undefined;
}

type Stored = { -readonly [K in keyof QueueMessage]: QueueMessage[K] } & { visibleAt: number; receivedAt: number };

/** What names one receive of a message. */
export const receiptOf = ({ messageId, receiveCount }: Pick<QueueMessage, 'messageId' | 'receiveCount'>): string =>
  `${messageId}#${receiveCount}`;

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

  const expired: QueueMessage[] = [];
  const expire = (): void => {
    const oldest = clock.now() - definition.retentionSeconds * 1000;
    if (!stored.some(({ sentAt }) => sentAt < oldest)) return;
    expired.push(...stored.filter(({ sentAt }) => sentAt < oldest));
    stored = stored.filter(({ sentAt }) => sentAt >= oldest);
  };

  const inFlight = (receipt: string): Stored | undefined =>
    stored.find(
      (message) => receiptOf(message) === receipt && message.receivedAt > 0 && message.visibleAt > clock.now(),
    );

  const available = (): Stored[] => {
    expire();
    const locked = lockedGroups();
    if (fifo && stored.length > MAX_IN_FLIGHT) {
      if (stored.filter(({ visibleAt }) => visibleAt > clock.now()).length >= MAX_IN_FLIGHT) return [];
    }
    return stored.filter((message) => message.visibleAt <= clock.now() && !(fifo && locked.has(message.groupId)));
  };

  return {
    name,
    get messages() {
      return stored;
    },
    get expired() {
      expire();
      return expired;
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
        receivedAt: 0,
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
      for (const message of received) {
        message.receivedAt = clock.now();
        message.visibleAt = clock.now() + definition.visibilityTimeoutSeconds * 1000;
      }
      return received.map(({ visibleAt: _, receivedAt: _at, ...message }) => message);
    },
    delete(messageId) {
      stored = stored.filter((message) => message.messageId !== messageId);
    },
    acknowledge(receipt) {
      const message = inFlight(receipt);
      stored = stored.filter((other) => other !== message);
    },
    hide(receipt, seconds) {
      const message = inFlight(receipt);
      if (message === undefined) throw new Error(`Queue "${name}": receipt ${receipt} is of no message in flight`);
      const visibleAt = clock.now() + seconds * 1000;
      if (!Number.isInteger(seconds) || seconds < 0 || visibleAt > message.receivedAt + MAX_HIDDEN_MS) {
        throw new Error(`Queue "${name}": a message cannot be hidden for ${seconds} s from now`);
      }
      message.visibleAt = visibleAt;
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
