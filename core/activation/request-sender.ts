import type { Clock } from '#core/ports/clock.ts';
import { createAudienceFinder } from './deliver/audiences.ts';
import { createExchange } from './deliver/exchange.ts';
import { type Polled, pollJobs, type Rest } from './deliver/jobs.ts';
import { runCalls } from './deliver/run-calls.ts';
import { type Turns, turnsOf } from './deliver/turns.ts';
import type { ProfileDelivery } from './delivery.ts';
import type { DestinationCatalog } from './destination-catalog.ts';
import type { Failure, ItemResult, Reported, RequestContext, RequestDestination } from './destination-type.ts';
import { Authenticator } from './http/authenticator.ts';
import type { HttpClient } from './http/client.ts';
import { type Credentials, readCredentials } from './http/credentials.ts';
import type { Secrets } from './http/secrets.ts';
import { Tokens } from './http/tokens.ts';
import { failed } from './item-results.ts';
import type { AwsSigner } from './ports/aws-signer.ts';
import type { RateLimit } from './ports/rate-limit.ts';
import type { VendorState } from './ports/vendor-state.ts';
import { type ProfileDestination, requestTypeOf } from './registry.ts';
import { sendTexts, type TextPorts } from './texts/send-texts.ts';

export { HELD_BACK } from './deliver/turns.ts';
export { OUTCOME_UNKNOWN, QUIET_HOURS } from './texts/send-texts.ts';

export interface RequestSenderDeps {
  readonly catalog: DestinationCatalog;
  readonly http: HttpClient;
  readonly secrets: Secrets;
  readonly rateLimit: RateLimit;
  readonly vendorState: VendorState;
  /** @default there are no services of AWS to send to */
  readonly awsSigner?: AwsSigner;
  readonly now: Clock;
  /** Notes why nothing was sent; the error names nobody. */
  readonly logFailure: (error: unknown, fields: { readonly destinationId: string }) => void;
  /** Takes what vendors report without saying whom it concerns. @default nobody */
  readonly onReported?: (destinationId: string, reported: Reported) => void;
  /** Told once of every message to somebody of which nobody knows whether it was taken. @default nobody */
  readonly onUnknown?: (destinationId: string) => void;
  /** What sends texts to people. @default nobody is sent any */
  readonly texts?: TextPorts;
  /** @default the registry's */
  readonly typeOf?: typeof requestTypeOf;
}

export interface Batching {
  /** Most people that are handed over at once. */
  readonly profilesPerRequest: number;
  /** From which attempt on each goes alone: the last one only where requests are scarce. */
  readonly aloneFrom: number;
  /** Whether people who were all rejected because of some of them have to be sent one by one. */
  readonly alone: boolean;
}

export interface SendOptions {
  /** Whether these people had to wait before: they go before those who come for the first time. */
  readonly isBack: boolean;
  /** Whether it is the last attempt: requests that fail as a whole are then halved, to save whom they can. */
  readonly isLast?: boolean;
  /** How long turns may be waited for from now on, in ms; becomes less by what is waited. */
  readonly patience: { leftMs: number };
  /** Called when it is their turn: what follows is an attempt. */
  readonly begin: () => Promise<void>;
  /** Whether there is time for one more request. @default always */
  readonly hasTime?: () => boolean;
  /** How long the function can go on, in ms: no request is waited for longer. @default for ever */
  readonly leftMs?: () => number;
}

export interface RequestSender {
  /** Makes the requests for some people, as far as it is their turn. @returns what became of each person, in order */
  (destinationId: string, profiles: readonly ProfileDelivery[], options: SendOptions): Promise<readonly ItemResult[]>;
  batching(destinationId: string): Promise<Batching>;
}

type AnyType = RequestDestination<ProfileDestination>;
type Sending = (
  destinationId: string,
  profiles: readonly ProfileDelivery[],
  options: SendOptions,
) => Promise<readonly ItemResult[]>;

interface Found {
  readonly catalog: Awaited<ReturnType<DestinationCatalog['current']>>;
  readonly destination: ProfileDestination;
  readonly type: AnyType;
}

/** The type as far as it is asked to delete people: its authentication, and requests of another kind. */
function asDeletion({
  deletion,
  audiences: _audiences,
  jobs: _jobs,
  alone: _alone,
  ...type
}: AnyType): AnyType | undefined {
  return deletion && { ...type, ...deletion };
}

const restOf = (polled: Polled): Rest | undefined => (polled && 'done' in polled ? polled : undefined);
const mostOf = (polled: Polled): number | undefined => (polled && 'most' in polled ? polled.most : undefined);

/**
 * What all types of destinations that are sent requests have in common: the rate that the destination takes, from all
 * functions together; authentication, with a new token where the old one is rejected; audiences that are made on request;
 * requests within the limits; bad rows found out; results that come later; and the answer, read for each person.
 */
export function createRequestSender(deps: RequestSenderDeps): RequestSender {
  const authenticator = new Authenticator(new Tokens(deps.http, deps.vendorState.tokens, deps.now));
  const exchange = createExchange(deps, authenticator);

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
      return failed('retry', 'secret-not-there');
    }
    try {
      return { credentials: readCredentials(secret) };
    } catch (error) {
      deps.logFailure(error, { destinationId });
      return failed('stop', 'secret-unusable');
    }
  };

  const sendAs = async (
    { catalog, destination, type }: Found,
    profiles: readonly ProfileDelivery[],
    options: SendOptions,
  ): Promise<readonly ItemResult[]> => {
    const destinationId = destination.id;
    const turns: Turns = turnsOf(destinationId, type.limits(destination).perSecond, options, deps);
    const isHeld = await turns.next();
    if (isHeld) return profiles.map(() => isHeld);
    turns.giveBack();
    await options.begin();
    const found = await credentialsOf(destinationId);
    if ('reason' in found) return profiles.map(() => found);

    const ids = createAudienceFinder(destination, type, { audienceIds: deps.vendorState.audienceIds, now: deps.now });
    const context: RequestContext = {
      credentials: found.credentials,
      now: deps.now(),
      segmentName: (id) => catalog.segmentDefinitions?.get(id)?.name,
      audienceId: ids.known,
    };
    const { submissions } = deps.vendorState;
    const { onUnknown, logFailure, texts } = deps;
    const world = {
      destination,
      type,
      context,
      turns,
      exchange,
      submissions,
      now: deps.now,
      onReported: deps.onReported,
      leftMs: options.leftMs,
    };
    if (type.texts) {
      if (!texts) return profiles.map(() => failed('stop', 'texts-not-sent-here'));
      return turns.heeded(await sendTexts(profiles, { ...world, texts, onUnknown, logFailure }));
    }
    const polled = await pollJobs(profiles, world);
    const jobs = polled.map((each) => (each && 'delivered' in each ? each : undefined));
    const open = profiles.flatMap((delivery, index) => (jobs[index] ? [] : [{ delivery, index }]));
    const missing = await ids.provide(
      open.map(({ delivery }) => delivery),
      world,
    );
    const able = open.filter((_, i) => !missing[i]);
    const sent = await runCalls(
      able.map(({ delivery }) => delivery),
      world,
      {
        ...options,
        most: able.map(({ index }) => mostOf(polled[index])),
        rest: able.map(({ index }) => restOf(polled[index])),
      },
    );
    const results: (ItemResult | undefined)[] = [...jobs];
    for (const [i, { index }] of open.entries()) results[index] ??= missing[i];
    for (const [i, { index }] of able.entries()) results[index] = sent[i]!;
    return turns.heeded(results as readonly ItemResult[]);
  };

  /** Deletions are requests of their own, and go behind the others. */
  const send: Sending = async (destinationId, profiles, options) => {
    const found = await find(destinationId);
    const results: ItemResult[] = [];
    for (const isDeletion of [false, true]) {
      const own = profiles.flatMap((delivery, index) =>
        (delivery.deletion !== undefined) === isDeletion ? [{ delivery, index }] : [],
      );
      if (own.length === 0) continue;
      const type = isDeletion ? asDeletion(found.type) : found.type;
      const deliveries = own.map(({ delivery }) => delivery);
      const made = type
        ? await sendAs({ ...found, type }, deliveries, options)
        : deliveries.map(() => failed('drop', 'no-deletion-call'));
      for (const [i, { index }] of own.entries()) results[index] = made[i]!;
    }
    return results;
  };

  return Object.assign(send, {
    batching: async (destinationId: string): Promise<Batching> => {
      const { type, destination } = await find(destinationId);
      const { rows, perSecond } = type.limits(destination);
      const { alone = false } = type;
      const aloneFrom = alone ? (perSecond === undefined ? 2 : 3) : Number.POSITIVE_INFINITY;
      return { profilesPerRequest: rows, aloneFrom, alone };
    },
  });
}
