import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { TwilioDestination } from '#core/activation/destinations/twilio/settings.ts';
import { parseTemplate } from '#core/activation/texts/template.ts';
import { type CreateVendor, respond } from '../vendor-server/vendor.ts';

interface Message {
  readonly sid: string;
  readonly to: string;
  readonly body: string;
  readonly direction: string;
  readonly date_created: string;
  readonly status: string;
}

const PARAMETERS = ['To', 'From', 'MessagingServiceSid', 'Body', 'ValidityPeriod', 'StatusCallback'];
const MAX_BODY = 1_600;
const STOP = /^\s*(stop|stopall|unsubscribe|cancel|end|quit|revoke|optout)\s*$/i;
const START = /^\s*(start|unstop|yes)\s*$/i;

/** Signs what it posts to its customer. */
export const secretKeys = ['authToken'];

const error = (code: number, message: string, status = 400) => respond(status, { code, message, status });
const sidOf = (n: number): string => `SM${String(n).padStart(32, '0')}`;

/**
 * `Messages.json`: one text a request, with errors by code; the newest are listed first. Who answers STOP is sent nothing any
 * more (21610) until they answer START. Twilio knows of no audiences: here it is the one whose template the text is made of.
 */
export const vendor: CreateVendor<TwilioDestination> = ({ now, invalid, secret, destination, segmentOf }) => {
  const messages: Message[] = [];
  const stopped = new Set<string>();
  let received = 0;
  const { url: origin, accountSid, authentication, statusCallback } = destination;
  const api = `${origin}/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const [user, password] =
    authentication === 'apiKey' ? [secret.apiKeySid, secret.apiKeySecret] : [secret.accountSid, secret.authToken];
  const credentials = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const send = (form: URLSearchParams) => {
    const [to, body] = [form.get('To') ?? '', form.get('Body') ?? ''];
    if ([...form.keys()].some((name) => !PARAMETERS.includes(name))) return error(20001, 'Unknown parameters');
    if (!/^\+[1-9]\d{6,14}$/.test(to) || invalid.has(to)) return error(21211, `Invalid 'To' Phone Number: ${to}`);
    if (form.has('From') === form.has('MessagingServiceSid')) return error(21603, "A 'From' number is required");
    if (body === '') return error(21602, 'Message body is required');
    if (body.length > MAX_BODY) return error(21617, 'The concatenated message body exceeds the 1600 character limit');
    if (stopped.has(to)) return error(21610, 'Attempt to send to unsubscribed recipient');
    const sid = sidOf(messages.length);
    // To the second, as Twilio writes it.
    const created = new Date(Math.floor(now() / 1_000) * 1_000).toUTCString().replace('GMT', '+0000');
    const made = { sid, to, body, direction: 'outbound-api', date_created: created, status: 'accepted' };
    messages.unshift(made);
    return respond(201, { ...made, error_code: null, error_message: null });
  };
  const list = (query: URLSearchParams) => {
    const to = query.get('To');
    const found = messages.filter((each) => to === null || each.to === to);
    return respond(200, { messages: found.slice(0, Number(query.get('PageSize') ?? 50)) });
  };
  return {
    texts: () => messages.map(({ to, body }) => ({ to, body })).reverse(),
    members: () => new Set(messages.map(({ to, body }) => `${to}|${audienceOf(body, destination) ?? segmentOf(body)}`)),
    incoming: ({ from, body }) => {
      if (STOP.test(body)) stopped.add(from);
      if (START.test(body)) stopped.delete(from);
      if (statusCallback === undefined) return undefined;
      received += 1;
      const form = new URLSearchParams({
        MessageSid: sidOf(received).replace('SM0', 'SMF'),
        AccountSid: accountSid,
        From: from,
        To: '+15005550006',
        Body: body,
        NumMedia: '0',
      });
      const signed = [...form].sort(([x], [y]) => (x < y ? -1 : 1)).flat();
      const text = statusCallback + signed.join('');
      return {
        method: 'POST',
        url: statusCallback,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': createHmac('sha1', secret.authToken!).update(text).digest('base64'),
        },
        body: form.toString(),
        timeoutMs: 15_000,
      };
    },
    answer: ({ method, url, headers, body }) => {
      if (headers.authorization !== credentials) return error(20003, 'Authenticate', 401);
      const { origin: at, pathname, searchParams } = new URL(url);
      if (`${at}${pathname}` !== api) return error(20404, 'The requested resource was not found', 404);
      if (method === 'GET') return list(searchParams);
      if (headers['content-type'] !== 'application/x-www-form-urlencoded') return error(20001, 'Form expected', 415);
      return send(new URLSearchParams(body));
    },
  };
};

/** The audience that a text is of, by its template: the words that all of its texts have. */
function audienceOf(body: string, { template, segments }: TwilioDestination): string | undefined {
  if (typeof template === 'string') return segments.length === 1 ? segments[0] : undefined;
  return Object.keys(template).find((segment) => isMadeOf(body, template[segment]!));
}

function isMadeOf(body: string, template: string): boolean {
  const parts = parseTemplate(template);
  if ('problem' in parts) return false;
  let at = 0;
  return parts.every((part) => {
    if (typeof part !== 'string') return true;
    const found = body.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}
