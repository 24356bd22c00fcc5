import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { isTokenAuthentication, type RequestAuthentication } from '#core/activation/http/credentials.ts';
import { type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { fnv1a } from '#core/util/fnv.ts';
import { FAULT_NAMES, lineOf } from './faults.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import { type CreateVendor, type FakeVendor, type IncomingText, respond } from './vendor.ts';

/** Whether there is a fake of the vendors of a type. */
export const hasFakeVendor = (type: string): boolean =>
  type === 'sftp' ||
  (/^[a-z0-9-]+$/.test(type) &&
    existsSync(join(import.meta.dirname, '..', 'vendors', `${type}.ts`)) &&
    requestTypeOf({ ...NOBODY, type }) !== undefined);

const NOBODY = { id: '', segments: [], enabled: true };

/** Where access tokens are fetched, at the address of each vendor. */
export const TOKEN_PATH = '/oauth/token';

/** What a destination is to its vendor, as the catalog has it once it was read. */
export const accountSettings = z.object({
  destination: z.looseObject({ id: z.string(), type: z.string() }),
  /** Names of segments, by their ids. */
  segmentNames: z.record(z.string(), z.string()).default({}),
  /** Where the address really is that the vendor calls its customer at: nobody resolves it on this machine. */
  callback: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }).optional(),
});
export type AccountSettings = z.output<typeof accountSettings>;

/** An order to misbehave: a fault, or lateness, or both; or to reject half of all people from now on. */
export const misbehaviour = z.union([
  z.strictObject({
    fault: z.enum(FAULT_NAMES).optional(),
    delayMs: z.int().min(0).max(600_000).default(0),
    /** For how many requests; without it until it is told to behave. */
    times: z.int().min(1).optional(),
  }),
  z.strictObject({ rejects: z.literal('half') }),
]);
export type Misbehaviour = z.output<typeof misbehaviour>;

/** So much faster than at the vendor is done what takes a while there. */
const HURRY = 20;

/** A destination at its vendor: the vendor, what it has given its customer, and how it behaves just now. */
export class VendorAccount {
  readonly secret: Readonly<Record<string, string>>;
  readonly type: string;
  readonly #vendor: FakeVendor;
  readonly #tokens: TokenEndpoint | undefined;
  #orders: Exclude<Misbehaviour, { rejects: 'half' }>[] = [];
  #rejectsHalf = false;

  private constructor(
    { destination, segmentNames }: AccountSettings,
    create: CreateVendor<never>,
    more: readonly string[],
    privateKey: string,
  ) {
    const read = destination as unknown as ProfileDestination;
    const how = requestTypeOf(read)!.authentication(read);
    this.type = read.type;
    this.secret = { ...secretFor(how, privateKey), ...Object.fromEntries(more.map((key) => [key, madeUp(key)])) };
    this.#tokens = isTokenAuthentication(how)
      ? new TokenEndpoint({ how, secret: this.secret, now: Date.now })
      : undefined;
    const byName = new Map(Object.entries(segmentNames).map(([id, name]) => [name, id]));
    this.#vendor = create({
      now: Date.now,
      destination: destination as never,
      secret: this.secret,
      takesToken: (authorization) => this.#tokens?.takes(authorization) ?? false,
      invalid: { has: (identifier) => this.#rejectsHalf && fnv1a(identifier) % 2 === 0 },
      segmentOf: (name) => byName.get(name) ?? name,
      lasting: (ms) => ms / HURRY,
    });
  }

  /** @param privateKey of service accounts, in PEM */
  static async open(settings: AccountSettings, privateKey: () => string): Promise<VendorAccount> {
    const { type } = settings.destination;
    const module = (await import(`../vendors/${type}.ts`)) as {
      vendor: CreateVendor<never>;
      secretKeys?: readonly string[];
    };
    const read = settings.destination as unknown as ProfileDestination;
    const isService = requestTypeOf(read)!.authentication(read).type === 'oauth2Jwt';
    return new VendorAccount(settings, module.vendor, module.secretKeys ?? [], isService ? privateKey() : '');
  }

  /** Audience → identifiers, both sorted. */
  held(): Record<string, string[]> {
    const members = [...this.#vendor.members()].sort();
    const audienceOf = (member: string): string => member.slice(member.lastIndexOf('|') + 1);
    const audiences = Map.groupBy(members, audienceOf);
    return Object.fromEntries(
      [...audiences]
        .sort(([x], [y]) => (x < y ? -1 : 1))
        .map(([id, own]) => [id, own.map((member) => member.slice(0, -id.length - 1))]),
    );
  }

  /** The texts that were sent, in order; undefined of a vendor that sends none. */
  texts(): readonly { readonly to: string; readonly body: string }[] | undefined {
    return this.#vendor.texts?.();
  }

  /** The call that the vendor makes of a text of somebody's. */
  incoming(text: IncomingText): HttpRequest | undefined {
    return this.#vendor.incoming?.(text);
  }

  misbehave(order: Misbehaviour): void {
    if ('rejects' in order) this.#rejectsHalf = true;
    else this.#orders.push({ ...order });
  }

  behave(): void {
    this.#orders = [];
    this.#rejectsHalf = false;
  }

  expireTokens(): void {
    this.#tokens?.expire();
  }

  /** What it answers, and how long that takes. */
  answer(request: HttpRequest): { readonly outcome: HttpOutcome; readonly delayMs: number } {
    const [order] = this.#orders;
    if (order?.times !== undefined && --order.times === 0) this.#orders.shift();
    const pass = (): HttpOutcome => this.#pass(request);
    const outcome = order?.fault === undefined ? pass() : lineOf(order.fault)(request, pass);
    return { outcome, delayMs: order?.delayMs ?? 0 };
  }

  #pass(request: HttpRequest): HttpOutcome {
    try {
      const isToken = new URL(request.url).pathname === TOKEN_PATH;
      return this.#tokens && isToken ? this.#tokens.answer(request) : this.#vendor.answer(request);
    } catch (error) {
      // Vendors answer so to what they cannot read.
      return respond(400, { error: error instanceof Error ? error.message : String(error) });
    }
  }
}

const madeUp = (key: string): string => `local-${key}`;

/** The keys of the secret that authentication needs. */
function secretFor(how: RequestAuthentication, privateKey: string): Record<string, string> {
  const keys = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, madeUp(name)]));
  switch (how.type) {
    case 'bearer':
      return keys('bearerToken');
    case 'apiKey':
      return keys(how.key);
    case 'basic':
      return keys(how.user, how.password);
    case 'oauth2ClientCredentials':
      return keys('clientId', 'clientSecret');
    case 'oauth2RefreshToken':
      return keys('clientId', 'clientSecret', 'refreshToken');
    case 'oauth2Jwt':
      return { client_email: 'tributary@local.example', private_key: privateKey };
    default:
      return {};
  }
}
