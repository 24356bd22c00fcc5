import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { respond } from './vendor.ts';

/** What stands between a caller and a vendor: passes a request on, or answers itself. */
export type Line = (request: HttpRequest, pass: () => HttpOutcome) => HttpOutcome;

interface Fault {
  readonly title: string;
  readonly line: Line;
}

const HTML = '<html><body>Welcome to the portal</body></html>';

const response = (
  status: number,
  body = '',
  more: Partial<Extract<HttpOutcome, { kind: 'response' }>> = {},
): HttpOutcome => ({ kind: 'response', status, body, ...more });

const cutOff = (outcome: HttpOutcome): HttpOutcome => {
  const isCut = outcome.kind === 'response' && outcome.body.length > 1;
  return isCut ? { ...outcome, body: outcome.body.slice(0, Math.floor(outcome.body.length / 2)) } : { kind: 'timeout' };
};

/** Faults of vendors and lines, after which nobody may be taken for delivered. In those that are `late` the vendor has carried it out. */
export const FAULTS = {
  'server-error': { title: 'a server error', line: () => response(500, 'oops') },
  'late-server-error': {
    title: 'a server error that came too late',
    line: (_request, pass) => {
      pass();
      return response(502, HTML);
    },
  },
  timeout: { title: 'a timeout before the request arrived', line: () => ({ kind: 'timeout' }) },
  'late-timeout': {
    title: 'a timeout after it was carried out',
    line: (_request, pass) => {
      pass();
      return { kind: 'timeout' };
    },
  },
  'broken-line': { title: 'a broken line', line: () => ({ kind: 'network', code: 'ECONNRESET' }) },
  html: { title: 'HTML with status 200', line: () => respond(200, HTML) },
  'cut-off': { title: 'an answer that was cut off', line: (_request, pass) => cutOff(pass()) },
  redirect: {
    title: 'a redirect to elsewhere',
    line: () => respond(307, HTML, { location: 'https://elsewhere.example.com/portal' }),
  },
  throttled: { title: 'too many requests', line: () => response(429) },
  unavailable: { title: 'no time just now', line: () => response(503, '', { retryAfterMs: 30_000 }) },
} as const satisfies Readonly<Record<string, Fault>>;

const doubled = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...value, ...value].map(doubled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, doubled(each)]));
};

/** What a line may do after which somebody may rightly be taken for delivered. */
export const ODDITIES = {
  doubled: {
    title: 'items that are doubled in the answer',
    line: (_request, pass) => {
      const outcome = pass();
      if (outcome.kind !== 'response' || !outcome.body.startsWith('{')) return outcome;
      return { ...outcome, body: JSON.stringify(doubled(JSON.parse(outcome.body))) };
    },
  },
  twice: {
    title: 'a request that arrives twice',
    line: (_request, pass) => {
      pass();
      return pass();
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS | keyof typeof ODDITIES;

export const FAULT_NAMES = [...Object.keys(FAULTS), ...Object.keys(ODDITIES)] as [FaultName, ...FaultName[]];

export const lineOf = (name: FaultName): Line => ({ ...FAULTS, ...ODDITIES })[name].line;
