import type { LinkingRules } from '#core/identity/linking-rules.ts';
import { isBlank, isBlockedValue } from '#core/identity/placeholders.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';
import type { FoldSettings } from './fold-settings.ts';

/** Why an accepted record is in no profile. */
export type ProfileRejection =
  | 'no-primary-identity'
  | 'two-values-of-primary-namespace'
  | 'blocked-primary-value'
  | 'dataset-not-enabled'
  | 'event-too-large'
  | 'event-expired'
  | 'record-too-large'
  | 'identity-suppressed';

/** Largest event and record that a profile takes, in characters of JSON; the lake takes them all (aep.md §2.4). */
const MAX_EVENT_BYTES = 10_240;
export const MAX_PROFILE_RECORD_BYTES = 102_400;

/** A record, and where it is kept in a profile. */
export interface AssignedRecord {
  readonly record: AcceptedRecord;
  /** Its primary identity. */
  readonly keyedBy?: IdentityKey;
  /** Why it is in no profile, if so. */
  readonly withoutProfile?: ProfileRejection;
  /** Of an event that has versions: whether it has amended another, or says the same again; `perhaps`: not known any more. */
  readonly amends?: 'nothing' | 'another' | 'itself' | 'perhaps';
}

/** Finds the identity under which a record is kept in a profile, or why it is in none. */
export function assignToProfile(record: AcceptedRecord, settings: FoldSettings): AssignedRecord {
  const place = placeOf(record, settings);
  return typeof place === 'string' ? { record, withoutProfile: place } : { record, keyedBy: identityKey(place) };
}

function placeOf(record: AcceptedRecord, settings: FoldSettings): Identity | ProfileRejection {
  if (!settings.isProfileEnabled(record.datasetId)) return 'dataset-not-enabled';
  if (record.behaviour === 'event' && record.json.length > MAX_EVENT_BYTES) return 'event-too-large';
  if (record.behaviour === 'record' && record.json.length > MAX_PROFILE_RECORD_BYTES) return 'record-too-large';
  return primaryIdentity(record, settings.links);
}

/**
 * The primary identity of a record: of an event the one of the strongest namespace, whatever is flagged; of a record
 * the flagged one (aep.md §3.4). An event that leaves its strongest namespace empty has none; a placeholder, such as
 * "anonymous", names nobody and is passed over (§3.3), as is what is no identity for another reason. A record whose
 * flagged value is none has no primary identity.
 */
export function primaryIdentity(
  record: Pick<AcceptedRecord, 'behaviour' | 'identities' | 'omitted'>,
  rules: LinkingRules,
): Identity | ProfileRejection {
  const { identities, omitted } = record;
  if (identities.length === 0) return omitted ? 'blocked-primary-value' : 'no-primary-identity';
  return record.behaviour === 'record' ? flaggedIdentity(record, rules) : strongestIdentity(identities, rules);
}

/** The one that a record says is its primary one, or its only one; else as of an event. */
function flaggedIdentity(
  { identities, omitted }: Pick<AcceptedRecord, 'identities' | 'omitted'>,
  rules: LinkingRules,
): Identity | ProfileRejection {
  const named = identities.find(({ primary }) => primary);
  if (!named && omitted?.some(({ primary }) => primary)) return 'blocked-primary-value';
  const flagged = identities.length === 1 ? identities[0] : named;
  if (!flagged) return strongestIdentity(identities, rules);
  return isBlockedValue(flagged.value) ? 'blocked-primary-value' : flagged;
}

function strongestIdentity(identities: AcceptedRecord['identities'], rules: LinkingRules): Identity | ProfileRejection {
  const named = identities.filter(({ value }) => isBlank(value) || !isBlockedValue(value));
  if (named.length === 0) return 'blocked-primary-value';
  const strongest = Math.min(...named.map(({ namespace }) => rules.rank(namespace)));
  const candidates = named.filter(({ namespace }) => rules.rank(namespace) === strongest);
  if (candidates.some(({ value }) => value !== candidates[0]!.value)) return 'two-values-of-primary-namespace';
  return isBlank(candidates[0]!.value) ? 'blocked-primary-value' : candidates[0]!;
}
