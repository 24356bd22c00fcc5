import { decodeJwt } from 'jose';
import type { Caller } from '#core/callers/caller.ts';
import type { KnownClients } from '#core/callers/known-clients.ts';
import { type IssuerKeys, IssuerUnavailableError, personOfToken } from '#core/callers/sign-in.ts';
import { clientOfToken, issuerOf, MAX_TOKEN_LENGTH } from '#core/callers/token.ts';
import type { IssuerSettings } from '#core/contract/sign-in.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { Callers } from './caller.ts';
import { callerProblem } from './caller-problem.ts';

export interface CallersDeps {
  readonly clients: KnownClients;
  /** Company sign-in; none where it is empty. */
  readonly issuers: readonly IssuerSettings[];
  readonly issuerKeys: IssuerKeys;
  /** What `x-sandbox-name` has to be. */
  readonly stage: string;
  /** What `x-gw-ims-org-id` has to be. */
  readonly orgId: string;
  readonly now: Clock;
}

/** Knows callers by their tokens: those of the stage for its clients, those of a company's issuers for people. */
export function createCallers(deps: CallersDeps): Callers {
  return {
    async callerOf(call) {
      const token = bearerOf(call.headers);
      if (token === undefined) return MISSING;
      const caller = await callerOfToken(token, deps);
      if (!caller) return INVALID;
      return 'status' in caller ? caller : (headerProblem(call, caller, deps) ?? caller);
    },
  };
}

/** The token of a request: what follows `Bearer` in `Authorization`. @param headers with names in lower case */
export const bearerOf = (headers: HttpCall['headers']): string | undefined =>
  /^bearer +(\S+)$/i.exec(headers.authorization?.trim() ?? '')?.[1];

/** Whether it has the form of a token, which keys of source connections have not. */
export const isToken = (text: string | undefined): text is string =>
  text !== undefined && text.length <= MAX_TOKEN_LENGTH && text.split('.').length === 3;

async function callerOfToken(token: string, deps: CallersDeps): Promise<Caller | HttpAnswer | undefined> {
  const issuer = isToken(token) ? issuerIn(token) : undefined;
  if (issuer === issuerOf(deps.stage)) return clientOf(token, deps);
  const configured = deps.issuers.find((each) => each.issuer === issuer);
  if (!configured) return undefined;
  try {
    return await personOfToken(token, configured, { keys: deps.issuerKeys, now: deps.now() });
  } catch (error) {
    if (error instanceof IssuerUnavailableError) return UNAVAILABLE;
    throw error;
  }
}

/** Says who is to verify it; nothing more of it is believed. */
function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function clientOf(token: string, { clients, stage, now }: CallersDeps): Promise<Caller | undefined> {
  const list = await clients.list();
  const caller = await clientOfToken(token, { stage, now: now(), list });
  if (caller) return caller;
  // It may be signed with a key, or be a client's, that is some seconds old.
  const newer = await clients.newerList();
  return newer === list ? undefined : clientOfToken(token, { stage, now: now(), list: newer });
}

/** What clients of AEP send besides the token: where it is sent, it has to fit. */
function headerProblem({ headers }: HttpCall, caller: Caller, { stage, orgId }: CallersDeps): HttpAnswer | undefined {
  const { 'x-api-key': apiKey, 'x-gw-ims-org-id': org, 'x-sandbox-name': sandbox } = headers;
  if (caller.kind === 'client' && apiKey !== undefined && apiKey !== caller.id) return WRONG_KEY;
  if (org !== undefined && org !== orgId) return WRONG_ORG;
  return sandbox !== undefined && sandbox !== stage ? WRONG_SANDBOX : undefined;
}

const MISSING = callerProblem(
  401,
  '401010',
  'Oauth token is missing',
  'Send "Authorization: Bearer <token>"; POST /ims/token/v3 gives a client its token',
);
const INVALID = callerProblem(
  401,
  '401013',
  'Oauth token is not valid',
  'Ask for a new one at POST /ims/token/v3: it may have expired, its client may be revoked, or it is of another stage',
);
const WRONG_KEY = callerProblem(403, '403003', 'Api Key is invalid', 'x-api-key has to be the client id of the token');
const WRONG_ORG = callerProblem(
  403,
  '403025',
  'The organisation is not this one',
  'x-gw-ims-org-id has to be the orgId of the stage',
);
const WRONG_SANDBOX = callerProblem(
  403,
  '403026',
  'There is no such sandbox',
  'x-sandbox-name has to be the name of the stage',
);
const UNAVAILABLE = callerProblem(
  503,
  '503010',
  'The token cannot be verified at the moment',
  'The keys of its issuer cannot be had; try again',
);
