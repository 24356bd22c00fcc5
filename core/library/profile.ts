import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import { z } from 'zod';
import type { GraphRejection } from '#core/identity/eligibility.ts';
import { KEEP_ALL } from '#core/identity/link-history.ts';
import { identity, instant } from '#core/identity/simulate.ts';
import { assignToProfile, type ProfileRejection } from '#core/profile/assign.ts';
import { mergePolicyDefinition } from '#core/profile/definition.ts';
import { foldRecords, linkableOf, type StitchableRecord } from '#core/profile/fold.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import { emptyItem } from '#core/profile/profile-item.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import { groupBy } from '#core/util/group-by.ts';
import { type LinkingSettings, linkingRules } from './identity.ts';
import { parseInput } from './input.ts';

export type { GraphRejection } from '#core/identity/eligibility.ts';
export type { ProfileRejection } from '#core/profile/assign.ts';
export type { EventView, ProfileView } from '#core/profile/profile-view.ts';
export { type Identity, type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
export type { LinkingSettings } from './identity.ts';
export { InputError, type InputProblem } from './input.ts';

const records = z.array(
  z.strictObject({
    datasetId: z.string().regex(/^[^|]+$/, 'expected the id of a dataset'),
    behaviour: z.enum(['record', 'event'], { error: 'expected "record" or "event"' }),
    identities: z.array(identity),
    time: instant,
    entity: z.record(z.string(), z.unknown(), { error: 'expected an object of XDM' }),
    operation: z.enum(['create', 'merge', 'delete']).default('create'),
    id: z.string().min(1).optional(),
  }),
);

/** What one dataset says at one time about whoever its identities name. */
export interface ProfileRecord {
  readonly datasetId: string;
  /** A record says how somebody is and takes the place of the one before; an event happened, and is kept beside others. */
  readonly behaviour: 'record' | 'event';
  /** Each as `NAMESPACE:value`. A record is about the first; an event about the one of the strongest namespace. */
  readonly identities: readonly IdentityKey[];
  /** When it was so: epoch ms, or ISO 8601. */
  readonly time: number | string;
  /** The record itself, in XDM. */
  readonly entity: Readonly<Record<string, unknown>>;
  /** What a record does to what its dataset said before: take its place, change its fields, or delete it. @default `create` */
  readonly operation?: 'create' | 'merge' | 'delete';
  /** Records of one id count once. @default a hash of the record */
  readonly id?: string;
}

/** How records become profiles. */
export interface ProfileSettings extends LinkingSettings {
  /** Whose value a field has, and whether graphs are used (aep.md §4.1). @default the latest value; graphs are used */
  readonly mergePolicy?: Partial<
    Pick<z.input<typeof mergePolicyDefinition>, 'identityGraph' | 'attributeMerge' | 'consentMerge'>
  >;
}

/** One person as the merge policy sees them. */
export interface Profile {
  /** The identity of the strongest namespace. */
  readonly key: IdentityKey;
  /** Strongest namespace first. */
  readonly identities: readonly IdentityKey[];
  /** Merged attributes, `identityMap` and events: what segments are evaluated on. */
  readonly view: ProfileView;
  /** Whether the person opted out of everything (`privacyOptOuts`). */
  readonly optedOut: boolean;
}

/** What became of records that are not, or not completely, in profiles; `record` is the place in the list, from 0. */
export interface RecordRejection {
  readonly record: number;
  readonly reason: ProfileRejection | GraphRejection;
}

/**
 * Folds records into profiles: identities are linked by the linking rules, and the attributes of one graph are merged
 * under the merge policy. The result is the same in whatever order and however often the records come; between records of
 * one dataset, identity and instant the later one in the list decides.
 * @returns profiles sorted by key, and the records that are in none or were not linked completely
 * @throws InputError where settings or records do not have their shape
 */
export function foldProfiles(
  given: readonly ProfileRecord[],
  settings: ProfileSettings,
): { readonly profiles: readonly Profile[]; readonly rejections: readonly RecordRejection[] } {
  const { mergePolicy: written = {}, ...linking } = settings;
  const links = linkingRules(linking);
  const mergePolicy = parseInput(mergePolicyDefinition, { id: 'library', ...written }, 'The merge policy');
  const fold: FoldSettings = { ...KEEPS_EVERYTHING, links };
  const rejections: RecordRejection[] = [];
  const stitchable: StitchableRecord[] = [];
  for (const [i, record] of acceptedOf(parseInput(records, given, 'The records'))) {
    const assigned = { ...assignToProfile(record, fold), asserted: linkableOf(record, fold) };
    const reason = assigned.withoutProfile ?? assigned.asserted.rejection;
    if (reason) rejections.push({ record: i, reason });
    stitchable.push(assigned);
  }
  const profiles = connected(stitchable).flatMap((group) => {
    const { item } = foldRecords(emptyItem(keysOf(group[0]!)[0]!), group, fold);
    return profilesOf(item, { links, mergePolicy });
  });
  return {
    profiles: profiles
      .map(({ key, identities, view, optedOut }) => ({ key, identities, view, optedOut }))
      .sort((x, y) => (x.key < y.key ? -1 : 1)),
    rejections,
  };
}

const KEEPS_EVERYTHING: Omit<FoldSettings, 'links'> = {
  linkHistoryLimits: KEEP_ALL,
  isProfileEnabled: () => true,
  isIdentityEnabled: () => true,
  projectEvent: (entity) => ({ ...entity }),
  retainEvents: (events) => events,
  projection: '',
  expiryOf: () => undefined,
  keepsActivity: false,
};

/** Each with its place in the list; of several with one id the first. */
function acceptedOf(given: z.output<typeof records>): Map<number, AcceptedRecord> {
  const known = new Set<string>();
  const accepted = new Map<number, AcceptedRecord>();
  for (const [i, record] of given.entries()) {
    const { id = hash('sha256', stringify(record)), identities, ...rest } = record;
    if (known.has(id)) continue;
    known.add(id);
    accepted.set(i, {
      ...rest,
      id,
      tieBreaker: String(i).padStart(12, '0'),
      receivedAt: record.time,
      ingestionId: '',
      identities: identities.map((key, at) => ({ ...parseIdentityKey(key), primary: at === 0 })),
      json: JSON.stringify(record.entity),
    });
  }
  return accepted;
}

/** The identities by which a record is connected with others: those it links, and the one it is kept under. */
const keysOf = ({ keyedBy, asserted }: StitchableRecord): IdentityKey[] =>
  keyedBy === undefined ? [...asserted.identities] : [keyedBy, ...asserted.identities];

/** Records that share an identity, directly or through others, are folded together. */
function connected(all: readonly StitchableRecord[]): StitchableRecord[][] {
  const parent = new Map<IdentityKey, IdentityKey>();
  const find = (key: IdentityKey): IdentityKey => {
    let root = key;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    for (let at = key; at !== root; ) {
      const next = parent.get(at)!;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  const named = all.filter((record) => keysOf(record).length > 0);
  for (const record of named) {
    const [first, ...others] = keysOf(record);
    for (const other of others) {
      const [one, two] = [find(first!), find(other)];
      if (one !== two) parent.set(two, one);
    }
  }
  return [...groupBy(named, (record) => find(keysOf(record)[0]!)).values()];
}
