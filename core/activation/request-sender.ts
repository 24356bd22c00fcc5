import type { Clock } from '#core/ports/clock.ts';
import type { ProfileDelivery } from './delivery.ts';
import type { DestinationCatalog } from './destination-catalog.ts';
import type { ItemResult } from './destination-type.ts';
import type { HttpOutcome } from './error-class.ts';
import { Authenticator } from './http/authenticator.ts';
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

export interface RequestSender {
  /** Makes one request. @returns what became of each person, in order */
  (destinationId: string, profiles: readonly ProfileDelivery[]): Promise<readonly ItemResult[]>;
  batching(destinationId: string): Promise<Batching>;
}

type Failure = Extract<ItemResult, { delivered: false }>;

/** For how long an answer asks to be left alone. */
const askedToWait = ({ status, retryAfterMs }: Extract<HttpOutcome, { kind: 'response' }>): number | undefined =>
  status === 429 ? (retryAfterMs ?? DEFAULT_HOLD_MS) : status === 503 ? retryAfterMs : undefined;

/** How long an answer of "too many requests" is heeded where it does not say itself. */
const DEFAULT_HOLD_MS = 1_000;

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
      `Destination "${destinationId}": the catalog should define it with a type that is told in requests, but ${found}. ` +
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

  const send = async (destinationId: string, profiles: readonly ProfileDelivery[]): Promise<readonly ItemResult[]> => {
    const { catalog, destination, type } = await find(destinationId);
    const later = (reason: string): ItemResult[] =>
      profiles.map(() => ({ delivered: false, errorClass: 'retry', reason }));

    if (!(await deps.rateLimit.acquire(destinationId, type.rateLimit(destination)))) return later('held-back');
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
    const attempt = async (): Promise<HttpOutcome | Failure> => {
      const authorized = await authenticator.authorize(destinationId, how, credentials);
      if ('reason' in authorized) return { delivered: false, ...authorized };
      return deps.http({ ...request, headers: { ...request.headers, ...authorized.headers } });
    };
    let outcome = await attempt();
    const isRejected = 'kind' in outcome && outcome.kind === 'response' && outcome.status === 401;
    if (isRejected && authenticator.reject(destinationId)) outcome = await attempt();
    if (!('kind' in outcome)) {
      const failure = outcome;
      return profiles.map(() => failure);
    }
    const wait = outcome.kind === 'response' ? askedToWait(outcome) : undefined;
    if (wait !== undefined) await deps.rateLimit.backOff(destinationId, wait);
    return type.read(outcome, profiles.length);
  };

  return Object.assign(send, {
    batching: async (destinationId: string): Promise<Batching> => {
      const { type, destination } = await find(destinationId);
      const aloneFrom = type.rateLimit(destination) === undefined ? 2 : 3;
      return { profilesPerRequest: type.profilesPerRequest(destination), aloneFrom };
    },
  });
}
