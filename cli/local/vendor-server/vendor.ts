import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';

/**
 * A vendor in memory that enforces the documented rules: limits, authentication, errors for each item, results later. One
 * file for each type of destination, called as the type is, which exports `vendor`: the suite of all types tries it, and
 * `npm start` serves it.
 */
export interface FakeVendor {
  answer(request: HttpRequest): HttpOutcome;
  /** Who is in which audience: `identifier|segment`, one for each identifier that the vendor finds people by. */
  members(): ReadonlySet<string>;
  /** Of vendors of texts: what was sent to whom, in order. */
  texts?(): readonly { readonly to: string; readonly body: string }[];
  /**
   * Of vendors of texts: somebody answers.
   * @returns the call that the vendor makes of it, where its customer has told it an address
   */
  incoming?(text: IncomingText): HttpRequest | undefined;
  /** Identifiers of everybody that the vendor has something of; of vendors that delete people on request. */
  people?(): ReadonlySet<string>;
}

/** A text of somebody's to the number of a vendor's customer. */
export interface IncomingText {
  /** E.164 */
  readonly from: string;
  readonly body: string;
}

/** What a vendor knows of the account it plays, and of the time. */
export interface VendorWorld<Destination = unknown> {
  now(): number;
  /** The destination as the catalog has it: which account it is of, and where its API is. */
  readonly destination: Destination;
  /** What the vendor has given its customer, by key of the destination's secret. */
  readonly secret: Readonly<Record<string, string>>;
  /** Whether an `authorization` header has an access token that was issued and has not expired. */
  takesToken(authorization: string | undefined): boolean;
  /** Identifiers whom the vendor never takes, for a reason of its own. */
  readonly invalid: Pick<ReadonlySet<string>, 'has'>;
  /** The segment that an audience is of whose name is all that the vendor knows. */
  segmentOf(name: string): string;
  /** How long something takes that takes this long at the vendor, in ms. */
  lasting(ms: number): number;
}

/** `secretKeys` beside it: what the secret needs besides what authentication does. */
export type CreateVendor<Destination> = (world: VendorWorld<Destination>) => FakeVendor;

/** An answer of a fake vendor: a body that is a text as it is, everything else as JSON. */
export const respond = (
  status: number,
  body: object | string = '',
  headers: Readonly<Record<string, string>> = {},
): HttpOutcome => ({
  kind: 'response',
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** Puts identifiers into an audience, or takes them out of it. */
export function put(audience: Set<string>, isAdded: boolean, identifiers: readonly string[]): void {
  for (const each of identifiers) {
    if (isAdded) audience.add(each);
    else audience.delete(each);
  }
}

/** Whether something may be a SHA-256, as vendors look at it. */
export const isSha256 = (value: unknown): boolean => /^[0-9a-f]{64}$/.test(String(value));
