import type { Line } from '#cli/local/vendor-server/faults.ts';
import { TokenEndpoint } from '#cli/local/vendor-server/token-endpoint.ts';
import { createExchange } from '#core/activation/deliver/exchange.ts';
import type { MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import type { AnyDestination } from '#core/activation/destination-base.ts';
import type { AudienceKey, ItemResult, RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { Authenticator } from '#core/activation/http/authenticator.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { isTokenAuthentication, readCredentials } from '#core/activation/http/credentials.ts';
import { Tokens } from '#core/activation/http/tokens.ts';
import type { SentTexts } from '#core/activation/ports/sent-texts.ts';
import type { ProfileDestination } from '#core/activation/registry.ts';
import { createRequestSender } from '#core/activation/request-sender.ts';
import { identitiesFor } from '#core/activation/route-profile.ts';
import { identityKey, parseIdentityKey } from '#core/record/identity.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { createMemoryRateLimit } from '#tests/harness/core/rate-limit.memory.ts';
import { NOW } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor } from './conformance.ts';

export type AnyRequestType = RequestDestination<ProfileDestination>;

/** Everything that the vendor finds person `n` by. */
export const identifiersOf = ({ identifiers, person }: Conformance, n: number): readonly string[] =>
  identifiers?.(n) ?? [person(n)];

/** What types need that send texts. */
export interface WorldOfTexts {
  sent(now: () => number): SentTexts;
  stillWanted?: (delivery: ProfileDelivery, change: MembershipChange, number: string) => string | undefined;
  readonly optedOut: string[];
}

const newTexts = (): WorldOfTexts => ({ sent: (now) => new MemorySentTexts({ now }), optedOut: [] });

/** As long as a function waits for its first turn. */
const PATIENCE_MS = 500;
const TOKEN_URL = 'https://tokens.example.com/token';

/** A destination of a type, its vendor, and the line between them. */
export function conformanceWorld(
  type: AnyRequestType,
  conformance: Conformance,
  invalid: readonly number[] = [],
  texts: WorldOfTexts = newTexts(),
  { paced = false }: { readonly paced?: boolean } = {},
) {
  let now = NOW;
  let line: Line = (_request, pass) => pass();
  const destination = type.definition.parse({
    id: 'tried',
    segments: ['A1', 'A2'],
    ...conformance.destination,
    type: type.name,
  }) as ProfileDestination;
  const how = type.authentication(destination);
  const tokens = isTokenAuthentication(how)
    ? new TokenEndpoint({ how, secret: conformance.secret, now: () => now })
    : undefined;
  const vendor: FakeVendor = conformance.vendor({
    now: () => now,
    destination: destination as never,
    secret: conformance.secret,
    takesToken: (authorization) => tokens?.takes(authorization) ?? false,
    invalid: new Set(invalid.flatMap((n) => identifiersOf(conformance, n))),
    segmentOf: (name) => name,
    lasting: (ms) => ms,
  });
  const unknown = { count: 0 };
  const requests: HttpRequest[] = [];
  const calls: { readonly call: unknown; readonly rows: readonly unknown[] }[] = [];
  const logged: string[] = [];
  const reported: { readonly reason: string; readonly count: number }[] = [];
  const watched: AnyRequestType = {
    ...type,
    request: (call, rows, ...rest) => {
      calls.push({ call, rows });
      return type.request(call, rows, ...rest);
    },
  };
  /** As fast as the type says that the vendor takes it. */
  const rateLimit = createMemoryRateLimit(
    () => now,
    async (ms) => {
      now += ms;
    },
  );
  const isToken = ({ url }: HttpRequest): boolean => url === TOKEN_URL;
  const http = async (request: HttpRequest): Promise<HttpOutcome> => {
    if (tokens && isToken(request)) return tokens.answer(request);
    requests.push(request);
    return line(request, () => vendor.answer(request));
  };
  const vendorState = createMemoryVendorState(() => now);
  const secret = JSON.stringify({ tokenUrl: TOKEN_URL, ...conformance.secret });
  const exchange = createExchange({ http }, new Authenticator(new Tokens(http, vendorState.tokens, () => now)));
  const send = createRequestSender({
    catalog: { current: async () => ({ destinations: new Map([[destination.id, destination]]) }) },
    http,
    secrets: async () => secret,
    rateLimit: paced ? rateLimit : { acquire: async () => undefined, backOff: async (_id, ms) => now + ms },
    vendorState,
    awsSigner: async (request, { service, region }) => ({
      ...request,
      headers: { ...request.headers, authorization: `signed for ${service} in ${region}` },
    }),
    now: () => now,
    logFailure: (error, fields) => void logged.push(`${String(error)} ${JSON.stringify(fields)}`),
    onReported: (_id, each) => void reported.push(each),
    typeOf: () => watched,
    onUnknown: () => {
      unknown.count += 1;
    },
    texts: {
      sent: texts.sent(() => now),
      stillWanted: async (...asked) => texts.stillWanted?.(...asked),
      recordOptOut: async (_id, number) => void texts.optedOut.push(number),
    },
  });

  /** What was routed of each person, for types that are sent all of it. */
  const routed = new Map<number, Map<string, MembershipChange>>();
  const withOthers = (n: number, changes: readonly MembershipChange[]): readonly MembershipChange[] => {
    if (!type.sendsAllMemberships?.(destination)) return changes;
    const all = routed.get(n) ?? new Map<string, MembershipChange>();
    routed.set(n, all);
    for (const segmentId of destination.segments) {
      const exit = { segmentId, status: 'exited', lastQualificationTime: NOW } as const;
      if (!all.has(segmentId)) all.set(segmentId, exit);
    }
    for (const change of changes) all.set(change.segmentId, change);
    return [...all.values()];
  };

  /** What the router would put on the queue, or undefined where the person is excluded. */
  const delivery = (n: number, changes: readonly MembershipChange[], revision = 1): ProfileDelivery | undefined => {
    const { identities, attributes = {} } = conformance.profile(n);
    const keys = identities.map(identityKey);
    const { keys: made } = identitiesFor(
      type.identities(destination),
      { identities: keys, key: keys[0]! },
      { lastRouted: {} },
    );
    const paths = type.attributes(destination);
    if (made.length === 0) return undefined;
    return {
      kind: 'profile',
      destinationId: destination.id,
      canonicalKey: keys[0]!,
      revision,
      decidedAt: NOW + revision,
      changes: [...withOthers(n, changes)],
      identities: made.map(parseIdentityKey),
      attributes: Object.fromEntries(Object.entries(attributes).filter(([path]) => paths.includes(path))),
    };
  };

  return {
    destination,
    vendor,
    requests,
    calls,
    unknown: () => unknown.count,
    texts,
    logged,
    reported,
    delivery,
    entry: (n: number, segmentId = 'A1', revision = 1): ProfileDelivery =>
      delivery(n, [{ segmentId, status: 'realized', lastQualificationTime: NOW }], revision)!,
    exit: (n: number, segmentId = 'A1', revision = 2): ProfileDelivery =>
      delivery(n, [{ segmentId, status: 'exited', lastQualificationTime: NOW }], revision)!,
    /** What the vendor says of the size of an audience. */
    size: async (key: AudienceKey) => {
      const context = {
        credentials: readCredentials(secret),
        now,
        segmentName: () => undefined,
        audienceId: () => undefined,
      };
      const id = type.audiences?.given(key, destination) ?? (await vendorState.audienceIds.get(destination.id, key));
      const outcome = await exchange(type.size!.request(id!, destination, context), { destination, type, context });
      return 'kind' in outcome ? type.size!.answer(outcome, id!, destination) : outcome;
    },
    /** Ends the access tokens that were given out, before their time. */
    expireTokens: (): void => tokens?.expire(),
    tokens: () => tokens?.issued ?? 0,
    now: () => now,
    pass: (ms: number): void => {
      now += ms;
    },
    line: (next: Line): void => {
      line = next;
    },
    send: (
      deliveries: readonly ProfileDelivery[],
      { isLast = false, isBack = false }: { readonly isLast?: boolean; readonly isBack?: boolean } = {},
    ): Promise<readonly ItemResult[]> =>
      send(destination.id, deliveries, {
        isBack,
        isLast,
        patience: { leftMs: paced ? PATIENCE_MS : 0 },
        begin: async () => {},
      }),
  };
}

export type ConformanceWorld = ReturnType<typeof conformanceWorld>;

/** Whether a delivery does not come again. */
export const isOver = (result: ItemResult): boolean =>
  result.delivered || ['drop', 'skip', 'unknown'].includes(result.errorClass);

const MAX_ROUNDS = 60;

/**
 * Sends some deliveries as a queue would: who waits or is retried comes again later, who is delivered or dropped does not.
 * @returns what became of each at last, in order
 */
export async function sendAll(world: ConformanceWorld, deliveries: readonly ProfileDelivery[]): Promise<ItemResult[]> {
  const results: (ItemResult | undefined)[] = deliveries.map(() => undefined);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const open = deliveries.flatMap((delivery, index) => (results[index] ? [] : [{ delivery, index }]));
    if (open.length === 0) break;
    const sent = await world.send(
      open.map(({ delivery }) => delivery),
      { isBack: round > 0 },
    );
    let until = world.now() + 1_000;
    for (const [i, { index }] of open.entries()) {
      const result = sent[i]!;
      if (isOver(result)) results[index] = result;
      else until = Math.max(until, (!result.delivered && result.until) || 0);
    }
    world.pass(until - world.now());
  }
  return results.map((result) => result ?? { delivered: false, errorClass: 'retry', reason: 'never-done' });
}

/** Whether a destination is one of a type that fetches tokens, so that an expired one can be replaced. */
export const fetchesTokens = (type: AnyRequestType, destination: AnyDestination): boolean =>
  !['none', 'bearer', 'apiKey', 'basic', 'aws'].includes(type.authentication(destination as ProfileDestination).type);
