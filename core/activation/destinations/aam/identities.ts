import { isSha256 } from '#core/identity/hashing.ts';
import type { Identity } from '#core/record/identity.ts';

/**
 * What is shared with Audience Manager (aep.md §7.1 step 6): exactly these namespaces, spelled exactly so. Devices have
 * regions; the others are identities of the person. `Email_LC_SHA256` is called `EMAIL_LC_SHA256` there.
 */
const DEVICES: ReadonlySet<string> = new Set(['ECID', 'IDFA', 'GAID']);
const HASHED_EMAIL: ReadonlySet<string> = new Set(['Email_LC_SHA256', 'EMAIL_LC_SHA256']);
const PERSON: ReadonlySet<string> = new Set(['AdCloud', 'Google', ...HASHED_EMAIL]);

export const SHARED_NAMESPACES: readonly string[] = [...DEVICES, ...PERSON];

/** Whether Audience Manager knows the identity as that of a device. */
export const isDevice = ({ namespace }: Identity): boolean => DEVICES.has(namespace);

/** Whether an identity may go to Audience Manager. A hash that is none may be an address in the wrong place: never. */
export function isShared(identity: Identity): boolean {
  if (HASHED_EMAIL.has(identity.namespace)) return isSha256(identity.value.trim().toLowerCase());
  return isDevice(identity) || PERSON.has(identity.namespace);
}

/** Data provider ids of the namespaces that have a published one (aep.md §3.1, §7.6); the others must be configured. */
const DATA_PROVIDER_IDS: Readonly<Record<string, number>> = { ECID: 4, AdCloud: 411, GAID: 20914, IDFA: 20915 };

/** A data provider and the user id it gave: what `d_cid` and the rows of files are made of. */
export interface DeclaredId {
  readonly dataProviderId: number;
  readonly id: string;
}

/** Why an identity cannot be written the way Audience Manager takes it. */
export type InvalidId = 'noDataProviderId' | 'malformedId';

const ADVERTISING_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What a phone answers whose owner limits tracking: one id for millions of people. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
/** Blanks end a field, quotes and commas a value, a colon makes a removal of it (aam/inbound-file-contents). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is rejected
const UNFIT = /[\s\u0000-\u001f\u007f:,"]/;

/** The id as Audience Manager wants it: IDFA in upper case, GAID and hashes in lower case (aep.md §7.5). */
function spelled({ namespace, value }: Identity): string | undefined {
  if (namespace === 'IDFA' || namespace === 'GAID') {
    const lower = value.trim().toLowerCase();
    if (!ADVERTISING_ID.test(lower) || lower === NOBODY) return undefined;
    return namespace === 'IDFA' ? lower.toUpperCase() : lower;
  }
  const trimmed = HASHED_EMAIL.has(namespace) ? value.trim().toLowerCase() : value.trim();
  return trimmed === '' || trimmed.length > 1024 || UNFIT.test(trimmed) ? undefined : trimmed;
}

/**
 * @param configured data provider ids of the destination, by namespace; they go before the built-in ones. What is
 *   configured for one spelling of the hashed e-mail namespace holds for the other.
 */
export function declaredId(
  identity: Identity,
  configured: Readonly<Record<string, number>> = {},
): DeclaredId | InvalidId {
  const names = HASHED_EMAIL.has(identity.namespace) ? [identity.namespace, ...HASHED_EMAIL] : [identity.namespace];
  const dataProviderId = names
    .map((name) => configured[name] ?? DATA_PROVIDER_IDS[name])
    .find((id) => id !== undefined);
  if (dataProviderId === undefined) return 'noDataProviderId';
  const id = spelled(identity);
  return id === undefined ? 'malformedId' : { dataProviderId, id };
}
