import { createHash, hash } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Callers } from '#core/api/management/caller.ts';
import { callerProblem } from '#core/api/management/caller-problem.ts';
import { createCallers } from '#core/api/management/callers.ts';
import { answerToken, type TokenDeps } from '#core/api/token/answer.ts';
import { addClient, addKey, type Client, type ClientList, NO_CLIENTS, revokeClient } from '#core/callers/client.ts';
import { KnownClients } from '#core/callers/known-clients.ts';
import type { ClientStore } from '#core/callers/ports/client-store.ts';
import type { IssuerKeys } from '#core/callers/sign-in.ts';
import type { SigningKey } from '#core/callers/token.ts';
import type { IssuerSettings } from '#core/contract/sign-in.ts';
import { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { httpCall } from './http-call.ts';

/** Where no token counts: callers are known by keys of source connections only. */
export const NO_CALLERS: Callers = {
  callerOf: async () => callerProblem(401, '401013', 'Oauth token is not valid', ''),
};

export class MemoryClientStore implements ClientStore {
  #list: ClientList = NO_CLIENTS;
  #reads = 0;

  get reads(): number {
    return this.#reads;
  }

  async read(): Promise<ClientList> {
    this.#reads++;
    return this.#list;
  }

  async write(list: ClientList): Promise<void> {
    if (list.revision !== this.#list.revision) throw new ConflictError('the list of clients');
    this.#list = { ...list, revision: list.revision + 1 };
  }
}

export interface CallersOptions {
  readonly stage?: string;
  readonly orgId?: string;
  readonly now: () => number;
  readonly issuers?: readonly IssuerSettings[];
  readonly issuerKeys?: IssuerKeys;
}

const NO_KEYS: IssuerKeys = () => () => Promise.reject(new Error('There is no issuer'));
let made = 0;
/** Bytes that are others at every call, and the same in every run. */
const nextBytes = (): Uint8Array => createHash('sha256').update(`bytes ${made++}`).digest();

/** The clients of a stage, and all that knows them by their tokens: functions are what `function()` makes. */
export async function callersOfStage({
  stage = 'test',
  orgId = 'tributary',
  now,
  issuers = [],
  issuerKeys = NO_KEYS,
}: CallersOptions) {
  const store = new MemoryClientStore();
  let signing: SigningKey | undefined;
  const rotate = async (only = false): Promise<void> => {
    const { kid, jwk, publicJwk } = await newKey();
    await store.write(addKey(await store.read(), { kid, key: publicJwk, since: now() }, only));
    signing = { kid, jwk };
  };
  await rotate();
  const newFunction = (): Callers =>
    createCallers({ clients: new KnownClients(store, now), issuers, issuerKeys, stage, orgId, now });
  const newTokenDeps = (): TokenDeps => ({
    clients: new KnownClients(store, now),
    signingKey: async (kids) => (signing && kids.includes(signing.kid) ? signing : undefined),
    stage,
    now,
  });
  let tokenDeps = newTokenDeps();
  const limiter = new RateLimiter();
  const create = async (scopes: readonly string[]): Promise<{ client: Client; secret: string }> => {
    const bytes = { id: nextBytes().subarray(0, 16), secret: nextBytes(), salt: nextBytes().subarray(0, 16) };
    const added = await addClient(await store.read(), {
      name: 'A client',
      scopes,
      createdBy: 'a test',
      now: now(),
      ...bytes,
    });
    if (typeof added === 'string') throw new Error(added);
    await store.write(added.list);
    // Another copy of the function, which has read the list just now.
    tokenDeps = newTokenDeps();
    return added;
  };
  return {
    stage,
    store,
    callers: newFunction(),
    newFunction,
    rotate,
    create,
    signingKey: () => signing!,
    async revoke(id: string): Promise<void> {
      await store.write(revokeClient(await store.read(), id, { by: 'a test', at: now() })!);
    },
    ask: (form: Readonly<Record<string, string>>, more: Parameters<typeof httpCall>[1] = {}) =>
      answerToken(
        httpCall('POST', {
          path: '/ims/token/v3',
          body: new URLSearchParams(form).toString(),
          sourceIp: '192.0.2.1',
          ...more,
        }),
        limiter,
        tokenDeps,
      ),
    /** A new client with these scopes, and its token. */
    async token(
      scopes: readonly string[],
    ): Promise<{ readonly token: string; readonly id: string; readonly secret: string }> {
      const { client, secret } = await create(scopes);
      const form = { grant_type: 'client_credentials', client_id: client.id, client_secret: secret };
      const call = httpCall('POST', { path: '/ims/token/v3', body: new URLSearchParams(form).toString() });
      const { body } = await answerToken(call, new RateLimiter(), tokenDeps);
      return { token: (body as { access_token: string }).access_token, id: client.id, secret };
    },
  };
}

export type StageCallers = Awaited<ReturnType<typeof callersOfStage>>;

/** A pair of keys as they are stored: private, and to verify with. */
export async function newKey(): Promise<SigningKey & { readonly publicJwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const [jwk, publicJwk] = [await exportJWK(privateKey), await exportJWK(publicKey)];
  return { kid: hash('sha256', JSON.stringify(publicJwk), 'base64url').slice(0, 16), jwk, publicJwk };
}
