import * as z from 'zod';
import { normalPhone } from '#core/activation/normalise/phone.ts';
import { CONTEXT_TEXT } from './requests.ts';

/** What the service says on the topic: that it has a text, and who wants none any more. */
export interface AwsSmsEvent {
  /** The key of a text that the service has taken, whatever became of it there. */
  readonly taken?: string;
  /** E.164 */
  readonly optedOut?: string;
}

/** What an event destination of a configuration set reports: README, "Events". */
const status = z.looseObject({
  eventType: z.string().startsWith('TEXT_'),
  context: z.record(z.string(), z.string()).optional(),
});
/** What two-way messages are published as. */
const incoming = z.looseObject({
  originationNumber: z.string(),
  messageBody: z.string().default(''),
  messageKeyword: z.string().optional(),
});

const KEY = /^[\w-]{32}$/;
/** What has to opt out in the USA and Canada, and what the service takes for it (README). */
const STOP_WORDS = 'ARRET CANCEL END OPT-OUT OPTOUT QUIT REMOVE STOP TD UNSUBSCRIBE'.split(' ');

/**
 * Reads what was published on the topic of text events.
 * @param keywords of the company's own that opt out
 * @returns nothing in it where the message is about something else, or is none of the service's
 */
export function readAwsSmsEvent(message: string, keywords: readonly string[]): AwsSmsEvent {
  const published = parsed(message);
  const reported = status.safeParse(published);
  if (reported.success) {
    const key = reported.data.context?.[CONTEXT_TEXT] ?? '';
    return KEY.test(key) ? { taken: key } : {};
  }
  const answer = incoming.safeParse(published);
  if (!answer.success) return {};
  const { originationNumber, messageBody, messageKeyword = '' } = answer.data;
  const said = [messageBody, messageKeyword].map(asKeyword);
  if (![...STOP_WORDS, ...keywords].some((word) => said.includes(asKeyword(word)))) return {};
  const optedOut = normalPhone(originationNumber, { plus: true });
  return optedOut === undefined ? {} : { optedOut };
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

const asKeyword = (text: string): string => text.trim().toUpperCase();
