import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { consenting } from '#core/governance/consent.ts';
import { linksOf } from '#core/identity/add-assertions.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, profilesOf } from '#core/profile/profiles.ts';
import { type IdentityKey, namespaceOf, parseIdentityKey } from '#core/record/identity.ts';
import type { Members } from './held.ts';

/** Profile → segments it is in, worked out from nothing but what is stored of it. */
interface Member {
  readonly profile: Profile;
  readonly segments: readonly string[];
}

/** What each destination should know of some people at an instant, worked out from nothing. */
export function expectedOf(
  items: readonly ProfileItem[],
  catalog: CompiledCatalog,
  now: number,
): Readonly<Record<string, Members>> {
  const members = items.flatMap((item) => membersOf(item, catalog, now));
  const known: Record<string, Members> = {};
  for (const { id, type, enabled, segments } of catalog.destinations.values()) {
    const entries = new Set<string>();
    const own = type === 'aam' ? items.flatMap((item) => sharedOf(item, catalog, now)) : members;
    for (const member of enabled ? own : []) {
      const profile = withoutReplaced(member.profile, items, catalog);
      const identities = type === 'aam' ? sharedIdentities(profile) : routedOf(id, profile, catalog);
      for (const segment of member.segments.filter((each) => segments.includes(each))) {
        for (const key of identities) entries.add(`${nameOf(key, type === 'aam')} ${segment}`);
      }
    }
    known[id] = [...entries].sort();
  }
  return known;
}

/** The members among the people of an item, each segment under its own merge policy. */
function membersOf(item: ProfileItem, catalog: CompiledCatalog, now: number): Member[] {
  const { links } = stageSettings(catalog).evaluation;
  return [...catalog.segmentsByMergePolicy].flatMap(([id, set]) =>
    profilesOf(item, { links, mergePolicy: catalog.mergePolicies.get(id)! }).map((profile) => {
      const look = set.evaluator(profile.view);
      return { profile, segments: profile.optedOut ? [] : set.ids.filter((each) => look.answer(each, now).isMember) };
    }),
  );
}

/** Audience Manager sees people as the default merge policy does, and who is in a segment as any does. */
function sharedOf(item: ProfileItem, catalog: CompiledCatalog, now: number): Member[] {
  const { links, mergePolicy } = stageSettings(catalog).evaluation;
  const members = membersOf(item, catalog, now);
  return profilesOf(item, { links, mergePolicy }).map((profile) => {
    const own = members.filter((member) => profile.identities.includes(member.profile.key));
    return { profile, segments: profile.optedOut ? [] : [...new Set(own.flatMap(({ segments }) => segments))] };
  });
}

/** A person with the address that the newest link says, and with no other; with all of them where that is not asked for. */
function withoutReplaced(profile: Profile, items: readonly ProfileItem[], catalog: CompiledCatalog): Profile {
  const isSingle = (key: IdentityKey): boolean => catalog.newestOnly.has(namespaceOf(key));
  const { links: rules } = stageSettings(catalog).evaluation;
  const links = items
    .flatMap((item) => linksOf(item.linkHistory, rules))
    .filter(({ a, b }) => profile.identities.includes(a) && profile.identities.includes(b));
  const lastOf = (key: IdentityKey): number =>
    Math.max(...links.filter(({ a, b }) => a === key || b === key).map(({ lastSeen }) => lastSeen));
  const newest = profile.identities
    .filter(isSingle)
    .toSorted((x, y) => lastOf(y) - lastOf(x) || (x < y ? -1 : 1))
    .slice(0, 1);
  return { ...profile, identities: profile.identities.filter((key) => !isSingle(key) || newest.includes(key)) };
}

const sharedIdentities = ({ identities }: Profile): readonly IdentityKey[] =>
  identities.filter((key) => ['ECID', 'Email_LC_SHA256'].includes(namespaceOf(key)));

/** The identities by which a destination may know a person. */
function routedOf(
  destinationId: string,
  { identities, view }: Profile,
  catalog: CompiledCatalog,
): readonly IdentityKey[] {
  const of = (namespace: string): IdentityKey[] => identities.filter((key) => namespaceOf(key) === namespace);
  switch (destinationId) {
    case 'webhook':
      return identities;
    case 'rows':
      return of('ECID');
    case 'everybody':
      return of('CRMID');
    default: {
      const policies = catalog.governance?.consents.get(destinationId) ?? [];
      const isMailed = policies.every((policy) =>
        identities.some(
          (key) => consenting([parseIdentityKey(key)], view.consents, policy, catalog.normalForms).length > 0,
        ),
      );
      return isMailed && typeof view.level === 'string' ? of('CRMID') : [];
    }
  }
}

const nameOf = (key: IdentityKey, byValue: boolean): string => {
  const { namespace, value } = parseIdentityKey(key);
  return byValue ? value : `${namespace.toLowerCase()}:${value}`;
};

/** What the delivery states say that each destination knows. */
export function statedIn(
  states: readonly DeliveryStateItem[],
  catalog: CompiledCatalog,
): Readonly<Record<string, Members>> {
  const known: Record<string, Members> = {};
  for (const { id, type } of catalog.destinations.values()) {
    known[id] = states
      .flatMap(({ destinations }) => Object.entries(destinations[id]?.lastRouted ?? {}))
      .flatMap(([key, segments]) =>
        Object.entries(segments).flatMap(([segment, { status }]) =>
          status === 'realized' ? [`${nameOf(key, type === 'aam')} ${segment}`] : [],
        ),
      )
      .sort();
  }
  return known;
}
