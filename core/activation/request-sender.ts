import type { Clock } from '#core/ports/clock.ts';
import type { ProfileDelivery } from './delivery.ts';
import type { DestinationCatalog } from './destination-catalog.ts';
import type { ItemResult } from './destination-type.ts';
import { askedToWait, type HttpOutcome } from './error-class.ts';
import { Authenticator, type Authorized } from './http/authenticator.ts';
import type { HttpClient } from './http/client.ts';
import { type Credentials, readCredentials } from './http/credentials.ts';
import type { Secrets } from './http/secrets.ts';
import type { RateLimit } from './ports/rate-limit.ts';
import { type ProfileDestination, requestTypeOf } from './registry.ts';

export interface RequestSenderDeps {
  readonly catalog: DestinationCatalog;
  readonly http: HttpClient;
  readonly secrets: Secrets;
  readonly rateLimit: RateLimit;
  readonly now: Clock;
  /** Notes why nothing was sent; the error names nobody. */
  readonly logFailure: (error: unknown, fields: { readonly destinationId: string }) => void;
  /** @default the registry's */
  readonly typeOf?: typeof requestTypeOf;
}

export interface Batching {
  /** Most people in one request. */
  readonly profilesPerRequest: number;
  /** From which attempt on each goes alone: the last one only where requests are scarce. */
  readonly aloneFrom: number;
}

export interface SendOptions {
  /** Whether these people had to wait before: they go before those who come for the first time. */
  readonly isBack: boolean;
  /** How long turns may be waited for from now on, in ms; becomes less by what is waited. */
  readonly patience: { leftMs: number };
  /** Called when it is their turn: what follows is an attempt. */
  readonly begin: () => Promise<void>;
}

export interface RequestSender {
  /** Makes one request, if it is its turn. @returns what became of each person, in order */
  (destinationId: string, profiles: readonly ProfileDelivery[], options: SendOptions): Promise<readonly ItemResult[]>;
  batching(destinationId: string): Promise<Batching>;
}

type Failure = Extract<ItemResult, { delivered: false }>;
type Unauthorized = Extract<Authorized, { reason: string }>;

/** Why nobody was asked: it was not their turn. */
export const HELD_BACK = 'held-back';

/**
 * What all types of destinations that are told in requests have in common: the pace that the destination takes, from all
 * functions together; authentication, with a new token where the old one is rejected; and the answer, read for each.
 */
export function createRequestSender(deps: RequestSenderDeps): RequestSender {
  const authenticator = new Authenticator(deps.http, deps.now);

  const find = async (destinationId: string) => {
    const catalog = await deps.catalog.current();
    const destination = catalog.destinations.get(destinationId);
    const type = destination && (deps.typeOf ?? requestTypeOf)(destination);
    if (type) return { catalog, destination: destination as ProfileDestination, type };
    const found = destination ? `it is of type "${destination.type}"` : 'it is not there';
    throw new Error(
      `Destination "${destinationId}": the catalog should define it with a type that is delivered in requests, but ${found}. ` +
        'Publish the definition and replay the dead letters.',
    );
  };

  /** Or why there are none: counted like everything else that keeps deliveries from going out. */
  const credentialsOf = async (destinationId: string): Promise<{ readonly credentials: Credentials } | Failure> => {
    let secret: string;
    try {
      secret = await deps.secrets(destinationId);
    } catch (error) {
      deps.logFailure(error, { destinationId });
      return { delivered: false, errorClass: 'retry', reason: 'secret-not-there' };
    }
    try {
      return { credentials: readCredentials(secret) };
    } catch (error) {
      deps.logFailure(error, { destinationId });
      return { delivered: false, errorClass: 'stop', reason: 'secret-unusable' };
    }
  };

  /** @returns when to come back, or undefined: it is their turn */
  const acquire = async (
    destinationId: string,
    perSecond: number | undefined,
    { isBack, patience }: SendOptions,
  ): Promise<number | undefined> => {
    const asked = deps.now();
    const until = await deps.rateLimit.acquire(destinationId, perSecond, { isBack, patienceMs: patience.leftMs });
    patience.leftMs = Math.max(0, patience.leftMs - (deps.now() - asked));
    return until;
  };

  /** Says until when the others are to wait too, where somebody is. */
  const heeded = async (
    destinationId: string,
    results: readonly ItemResult[],
    waitMs: number,
  ): Promise<readonly ItemResult[]> => {
    const isWaiting = (result: ItemResult): boolean => !result.delivered && result.errorClass === 'wait';
    if (!results.some(isWaiting)) return results;
    // What became of the others stands, also where nobody else can be told.
    const until = await deps.rateLimit.backOff(destinationId, waitMs).catch((error: unknown) => {
      deps.logFailure(error, { destinationId });
      return deps.now() + waitMs;
    });
    return results.map((result) => (isWaiting(result) ? { ...(result as Failure), until } : result));
  };

  const send = async (
    destinationId: string,
    profiles: readonly ProfileDelivery[],
    options: SendOptions,
  ): Promise<readonly ItemResult[]> => {
    const { catalog, destination, type } = await find(destinationId);
    const until = await acquire(destinationId, type.rateLimit(destination), options);
    if (until !== undefined) {
      return profiles.map(() => ({ delivered: false, errorClass: 'wait', reason: HELD_BACK, until }));
    }
    await options.begin();
    const found = await credentialsOf(destinationId);
    if ('reason' in found) return profiles.map(() => found);
    const { credentials } = found;
    const context = {
      credentials,
      now: deps.now(),
      segmentName: (id: string) => catalog.segmentDefinitions?.get(id)?.name,
    };
    const request = type.request(profiles, destination, context);
    const how = type.authentication(destination);
    const attempt = async (): Promise<HttpOutcome | Unauthorized> => {
      const authorized = await authenticator.authorize(destinationId, how, credentials);
      if ('reason' in authorized) return authorized;
      return deps.http({ ...request, headers: { ...request.headers, ...authorized.headers } });
    };
    let outcome = await attempt();
    const isRejected = 'kind' in outcome && outcome.kind === 'response' && outcome.status === 401;
    if (isRejected && authenticator.reject(destinationId)) outcome = await attempt();
    if (!('kind' in outcome)) {
      const { waitMs = 0, ...failure } = outcome;
      return heeded(
        destinationId,
        profiles.map(() => ({ delivered: false, ...failure })),
        waitMs,
      );
    }
    return heeded(destinationId, type.read(outcome, profiles.length), askedToWait(outcome));
  };

  return Object.assign(send, {
    batching: async (destinationId: string): Promise<Batching> => {
      const { type, destination } = await find(destinationId);
      const aloneFrom = type.rateLimit(destination) === undefined ? 2 : 3;
      return { profilesPerRequest: type.profilesPerRequest(destination), aloneFrom };
    },
  });
}
