import type { TextRow } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { TwilioDestination } from './settings.ts';

const TIMEOUT_MS = 10_000;
/** So many of the newest texts to a number are looked through; the cap of a day is less. */
const LISTED = 50;
const MAX_LIST_BYTES = 512 * 1024;

const messages = ({ url, accountSid }: TwilioDestination): string =>
  `${url}/2010-04-01/Accounts/${accountSid}/Messages.json`;

/** Under which name the status callback says which text it is about. */
export const TEXT_PARAMETER = 'text';

/** `POST …/Messages.json`: one text. */
export function twilioRequest({ to, body, key }: TextRow, destination: TwilioDestination): HttpRequest {
  const { sender, validitySeconds, statusCallback } = destination;
  const form = new URLSearchParams({ To: to });
  if ('from' in sender) form.set('From', sender.from);
  else form.set('MessagingServiceSid', sender.messagingServiceSid);
  form.set('Body', body);
  if (validitySeconds !== undefined) form.set('ValidityPeriod', String(validitySeconds));
  if (statusCallback !== undefined) {
    const callback = new URL(statusCallback);
    callback.searchParams.set(TEXT_PARAMETER, key);
    form.set('StatusCallback', callback.href);
  }
  return {
    method: 'POST',
    url: messages(destination),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    timeoutMs: TIMEOUT_MS,
    once: true,
  };
}

const list = (destination: TwilioDestination, query: Readonly<Record<string, string>>): HttpRequest => ({
  method: 'GET',
  url: `${messages(destination)}?${new URLSearchParams(query)}`,
  headers: {},
  body: '',
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: MAX_LIST_BYTES,
});

/** The newest texts to a number. Not by their date: what is still in Twilio's queue has none. */
export const findRequest = ({ to }: TextRow, destination: TwilioDestination): HttpRequest =>
  list(destination, { To: to, PageSize: String(LISTED) });

/** Changes nothing. */
export const probeRequest = (destination: TwilioDestination): HttpRequest => list(destination, { PageSize: '1' });
