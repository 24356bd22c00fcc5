import { Buffer } from 'node:buffer';
import type { TwilioDestination } from '#core/activation/destinations/twilio/settings.ts';
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

const error = (code: number, message: string, status = 400) => respond(status, { code, message, status });

/** `Messages.json`: one text a request, with errors by code; the newest are listed first. An audience is its text's first word. */
export const vendor: CreateVendor<TwilioDestination> = ({ now, invalid, secret, destination, segmentOf }) => {
  const messages: Message[] = [];
  const { url: origin, accountSid, authentication } = destination;
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
    const sid = `SM${String(messages.length).padStart(32, '0')}`;
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
    texts: () => [...messages].reverse(),
    members: () => new Set(messages.map(({ to, body }) => `${to}|${segmentOf(body.split(' ', 1)[0]!)}`)),
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
