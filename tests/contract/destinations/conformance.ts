import type { Line } from '#cli/local/vendor-server/faults.ts';
import type { CreateVendor, FakeVendor, VendorWorld } from '#cli/local/vendor-server/vendor.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { Identity } from '#core/record/identity.ts';

export type { FakeVendor, VendorWorld };

/** What the suite of all types has to know about one that is sent requests. */
export interface Conformance {
  /** A file of the catalog, without `id` and `segments`: the suite activates `A1` and `A2`. */
  readonly destination: Readonly<Record<string, unknown>>;
  readonly secret: Readonly<Record<string, string>>;
  /** Person `n` (from 0) as a profile has it: every identity in a namespace, attributes by dotted path. */
  profile(n: number): {
    readonly identities: readonly Identity[];
    readonly attributes?: Readonly<Record<string, unknown>>;
  };
  /** How the vendor calls person `n`. */
  person(n: number): string;
  /** Everything that it finds person `n` by, as `members()` has it. @default `person(n)` alone */
  identifiers?(n: number): readonly string[];
  /** A fake of the vendor. */
  readonly vendor: CreateVendor<never>;
  /** The vendor's answer to a token that has expired. @default 401 */
  readonly expired?: HttpOutcome;
  /** The vendor's answer to too many requests, without `Retry-After`. @default 429 */
  readonly throttled?: HttpOutcome;
  /** Whether every 2xx means that all were taken, whatever stands in it: receivers of the company's own. */
  readonly anySuccessCounts?: true;
  /** What else may come between, where somebody may rightly be taken for delivered. */
  readonly oddities?: Readonly<Record<string, Line>>;
  /** Most people the limit is tried with, where the vendor's is too large to be tried in a second. */
  readonly tryLimitOf?: number;
  /** Of vendors of texts: how they reject who has opted out, and whether they list what they have taken. */
  readonly texts?: { readonly optedOut: HttpOutcome; readonly lists: boolean };
}
