import { hash } from 'node:crypto';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { profilePayload } from '#core/activation/profile-payload.ts';

export interface StreamMessage {
  /** JSON. */
  readonly body: string;
  /** The same for every message about one person, and nothing can be told from it. */
  readonly person: string;
  /** The same whenever the same is sent again. */
  readonly id: string;
}

/**
 * One person's changes as a message: what a webhook gets (docs/destinations.md, "HTTP API"), and `delivery`, by which a
 * reader leaves out repetitions and puts in order what a stream or queue has mixed up.
 */
export function streamMessage(
  delivery: ProfileDelivery,
  segmentName: (id: string) => string | undefined,
): StreamMessage {
  const payload = profilePayload(delivery, segmentName);
  const person = hash('sha256', delivery.canonicalKey, 'base64url').slice(0, 22);
  const { revision, decidedAt } = delivery;
  const id = hash('sha256', JSON.stringify([person, revision, decidedAt, payload]), 'base64url').slice(0, 22);
  const about = { id, person, revision, decidedAt: new Date(decidedAt).toISOString() };
  return { person, id, body: withoutNonCharacters(JSON.stringify({ ...payload, delivery: about })) };
}

/** SQS rejects the two characters that XML does not know, and JSON may write them otherwise. */
const withoutNonCharacters = (json: string): string =>
  json.replace(/[\uFFFE\uFFFF]/g, (each) => `\\u${each.charCodeAt(0).toString(16)}`);
