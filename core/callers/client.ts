import type { JWK } from 'jose';
import { parseScope } from '#core/contract/scopes.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { mayDo } from './caller.ts';
import { hashSecret, type SecretHash } from './secret-hash.ts';

/** A program that may ask for tokens. */
export interface Client {
  /** What it calls itself: `client_id`, and `x-api-key`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly secret: SecretHash;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly createdBy: string;
  /** Epoch ms. */
  readonly revokedAt?: number;
  readonly revokedBy?: string;
}

/** A public key that tokens are verified with. */
export interface TokenKey {
  readonly kid: string;
  readonly key: JWK;
  /** Epoch ms. */
  readonly since: number;
}

export interface ClientList {
  /** Raised by every write; 0 where nothing was written yet. */
  readonly revision: number;
  readonly clients: readonly Client[];
  /** The latest first: tokens are signed with it, and verified with all. */
  readonly keys: readonly TokenKey[];
}

export const NO_CLIENTS: ClientList = { revision: 0, clients: [], keys: [] };

/** Clients of a stage, revoked ones among them: they are one item, which has 400 KB. */
export const MAX_CLIENTS = 500;
const MAX_SCOPES = 50;
const MAX_NAME = 100;
/** Keys that tokens are verified with: that of now, and that of before. */
const LIVE_KEYS = 2;
/** How long a revoked client is listed. */
const LISTED_MS = 90 * DAY_MS;

export interface NewClient {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  /** Epoch ms. */
  readonly now: number;
  /** 16 random bytes or more. */
  readonly id: Uint8Array;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
  /** 16 random bytes. */
  readonly salt: Uint8Array;
}

/**
 * A list with one more client.
 * @returns the secret as well, which nothing keeps; or why there can be no such client, in a sentence
 */
export async function addClient(
  list: ClientList,
  { name, scopes, createdBy, now, id, secret: random, salt }: NewClient,
): Promise<{ readonly list: ClientList; readonly client: Client; readonly secret: string } | string> {
  const obstacle = obstacleTo(name, scopes) ?? roomIn(list);
  if (obstacle !== undefined) return obstacle;
  const secret = `trb-${Buffer.from(random).toString('base64url')}`;
  const client: Client = {
    id: Buffer.from(id).toString('hex'),
    name,
    scopes: [...new Set(scopes)].sort(),
    secret: await hashSecret(secret, salt),
    createdAt: now,
    createdBy,
  };
  const clients = list.clients.filter(({ revokedAt }) => revokedAt === undefined || now - revokedAt < LISTED_MS);
  return { list: { ...list, clients: [...clients, client] }, client, secret };
}

function obstacleTo(name: string, scopes: readonly string[]): string | undefined {
  if (name.trim() === '' || name.length > MAX_NAME) return `Expected a name of at most ${MAX_NAME} characters`;
  if (scopes.length === 0 || scopes.length > MAX_SCOPES)
    return `Expected one scope at least, and at most ${MAX_SCOPES}`;
  const wrong = scopes.find((scope) => !parseScope(scope));
  return wrong === undefined ? undefined : `"${wrong}" is no scope`;
}

const roomIn = ({ clients }: ClientList): string | undefined =>
  clients.filter(({ revokedAt }) => revokedAt === undefined).length < MAX_CLIENTS
    ? undefined
    : `There are ${MAX_CLIENTS} clients already: revoke those that are not used`;

/** A list in which a client is revoked; undefined where there is none, or it is revoked already. */
export function revokeClient(
  list: ClientList,
  id: string,
  { by, at }: { readonly by: string; readonly at: number },
): ClientList | undefined {
  if (!list.clients.some((client) => client.id === id && client.revokedAt === undefined)) return undefined;
  const clients = list.clients.map((client) =>
    client.id === id ? { ...client, revokedAt: at, revokedBy: by } : client,
  );
  return { ...list, clients };
}

/** A list with a new key to verify tokens with. @param only whether tokens of the keys before count no more */
export const addKey = (list: ClientList, key: TokenKey, only = false): ClientList => ({
  ...list,
  keys: only ? [key] : [key, ...list.keys].slice(0, LIVE_KEYS),
});

/** The client of an id that is not revoked. */
export const activeClient = ({ clients }: ClientList, id: unknown): Client | undefined =>
  clients.find((client) => client.id === id && client.revokedAt === undefined);

/** Whether a client may do all that a scope allows. @param text a scope as it is granted */
export function covers(scopes: readonly string[], text: string): boolean {
  const granted = parseScope(text);
  return granted !== undefined && mayDo({ scopes }, granted.scope, granted.qualifier);
}

/**
 * The scopes of a token: those that were asked for, or all of the client's where none of the platform's own was. Clients of
 * AEP ask for scopes of Adobe's (`openid`, `additional_info.roles`), which mean nothing here; none of them has a colon.
 * @returns undefined where something was asked for that the client does not have
 */
export function scopesOf({ scopes }: Pick<Client, 'scopes'>, asked: string): readonly string[] | undefined {
  const words = asked.split(/[\s,]+/).filter((word) => word.includes(':') || parseScope(word));
  if (words.length === 0) return scopes;
  return words.every((word) => covers(scopes, word)) ? [...new Set(words)] : undefined;
}
