import { createHmac } from 'node:crypto';
import type { IdType } from '#core/identity/definition.ts';
import { hashIdentity } from '#core/identity/hashing.ts';
import { type NormalForms, normalIdentity } from '#core/identity/normal-form.ts';
import { type Identity, identityKey } from '#core/record/identity.ts';

/**
 * Suppression: under an identity of a person who was deleted nothing is ingested. What is kept of the identity is a keyed
 * hash, so that nobody who has the entries, but not the key, can tell of an address whether it is among them.
 */
export interface SuppressionEntry {
  /** HMAC-SHA256 of the identity, see {@link createDigests}; 32 bytes as base64url. */
  readonly digest: string;
  /** `always`: nothing is ingested. `until`: nothing of that instant and before, by the record's time or its arrival. */
  readonly mode: 'always' | 'until';
  /** Epoch ms: when it was suppressed; of `until`, the instant. */
  readonly at: number;
}

/** All entries, as they were when they were read. */
export interface SuppressionList {
  readonly size: number;
  find(digest: string): SuppressionEntry | undefined;
}

/** Which change is made of an entry; undefined where it stays as it is, or is not there. */
export type SuppressionChange = (before: SuppressionEntry | undefined) => SuppressionEntry | undefined;

export interface Suppressions {
  /** Strongly consistent; cheap where nothing has changed since the last time. */
  read(): Promise<SuppressionList>;
  /**
   * Changes entries, all or nothing.
   * @param changes by digest
   * @throws ConflictError when others change them at the same time
   */
  change(changes: ReadonlyMap<string, SuppressionChange>): Promise<void>;
}

/** What suppressing needs of a catalog. */
export interface SuppressionSettings {
  typeOf(namespace: string): IdType;
  /** Whether a record of the dataset ends the suppression of the identities that it names. */
  isConsentedStart(datasetId: string): boolean;
  /** All of the catalog. */
  readonly namespaces: readonly string[];
  /** How values are compared; as they are where it is omitted. */
  readonly normalForms?: NormalForms;
}

const OF_PERSONS: ReadonlySet<IdType> = new Set(['CROSS_DEVICE', 'EMAIL', 'PHONE', 'PARTNER']);

/** Whether an identity is a person's, who is suppressed for good; devices and cookies have other owners some day. */
export const isOfPerson = (
  { namespace }: Pick<Identity, 'namespace'>,
  { typeOf }: Pick<SuppressionSettings, 'typeOf'>,
): boolean => OF_PERSONS.has(typeOf(namespace));

/** Digests that are remembered: the identities of a session, or of the rows of a file, come again and again. */
const REMEMBERED = 50_000;

export type Digests = (identity: Identity) => string;

/**
 * The digest of an identity: HMAC-SHA256 of `namespace:value`. An address and its hashed form have the same, and so has an
 * address in capitals, or a number that is written otherwise: whichever is suppressed, all are.
 * @param key the stage's secret
 */
export function createDigests(
  key: string,
  { typeOf, normalForms = NO_FORMS }: Pick<SuppressionSettings, 'typeOf' | 'normalForms'>,
): Digests {
  const known = new Map<string, string>();
  return (identity) => {
    const name = identityKey(identity);
    const found = known.get(name);
    if (found !== undefined) return found;
    const normal = normalIdentity(identity, normalForms);
    const canonical = hashIdentity(normal) ?? lowered(normal, typeOf(normal.namespace));
    const digest = createHmac('sha256', key).update(identityKey(canonical)).digest('base64url');
    if (known.size >= REMEMBERED) known.clear();
    known.set(name, digest);
    return digest;
  };
}

const NO_FORMS: NormalForms = new Map();

const lowered = ({ namespace, value }: Identity, type: IdType): Identity => ({
  namespace,
  value: type === 'EMAIL' ? value.trim().toLowerCase() : value.trim(),
});

/** While a deletion is under way nothing starts anew: no record is later than that. */
const UNDER_WAY = Number.MAX_SAFE_INTEGER;

/** Of an identity whose deletion has begun, whatever kind it is. */
export const suppressedMeanwhile = (digest: string): SuppressionEntry => ({ digest, mode: 'always', at: UNDER_WAY });

/** Readmits: from now on only what is of that instant or before is kept out. */
export const readmittedAt =
  (digest: string, at: number): SuppressionChange =>
  (before) =>
    before?.mode === 'always' ? { digest, mode: 'until', at } : undefined;
