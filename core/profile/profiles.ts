import { linksOf } from '#core/identity/add-assertions.ts';
import { type Graph, graphsOf, type LinkingRules } from '#core/identity/linking-rules.ts';
import { type IdentityKey, namespaceOf, parseIdentityKey } from '#core/record/identity.ts';
import type { MergePolicyDefinition } from './definition.ts';
import { type ActivityRegions, attributesOf, latestRegions } from './fragment.ts';
import { isGeneralOptOut, mergeFragments } from './merge.ts';
import {
  datasetOfFragment,
  type Fragment,
  type FragmentKey,
  identityOfFragment,
  type ProfileEvent,
  type ProfileItem,
} from './profile-item.ts';
import type { ProfileView } from './profile-view.ts';

/** One person as the merge policy sees them: the fragments and events of the identities of one graph. */
export interface Profile {
  /** The identity of the strongest namespace: memberships are kept under it (aep.md §3.4). */
  readonly key: IdentityKey;
  /** Strongest namespace first. */
  readonly identities: readonly IdentityKey[];
  /** What segments and destinations see. */
  readonly view: ProfileView;
  readonly optedOut: boolean;
  /** Epoch ms: when a record named the identity last together with another one of the person; undefined for never. */
  assertedAt?(identity: IdentityKey): number | undefined;
  /** The regions in which one identity, a device, was seen: those of its own fragments. */
  regionsOf(identity: IdentityKey): ActivityRegions | undefined;
}

export interface ProfileSettings {
  readonly links: LinkingRules;
  readonly mergePolicy: MergePolicyDefinition;
  /**
   * Whether what a dataset says counts: not once it has left the catalog, though it is still stored (docs/profiles.md). All
   * that is stored counts where this is left out.
   */
  isActiveDataset?(datasetId: string): boolean;
}

/**
 * The profiles of an item. Stitching `pdg`: one for every graph, and one for every identity that has data and no graph;
 * `none`: one for every identity that has data (aep.md §4.1). Sorted by key.
 */
export function profilesOf(item: ProfileItem, settings: ProfileSettings): Profile[] {
  const { fragments, graphs } = graphsWithData(item, settings);
  return graphs.map((graph) => profileOf(item, fragments, graph, settings)).sort((x, y) => (x.key < y.key ? -1 : 1));
}

/** The identities of each profile of an item, in no order: what `profilesOf` puts together, without putting it together. */
export const identitiesOfProfiles = (
  item: Pick<ProfileItem, 'fragments' | 'events' | 'linkHistory'>,
  settings: ProfileSettings,
): readonly (readonly IdentityKey[])[] => graphsWithData(item, settings).graphs.map(({ identities }) => identities);

function graphsWithData(item: Pick<ProfileItem, 'fragments' | 'events' | 'linkHistory'>, settings: ProfileSettings) {
  const { isActiveDataset = () => true } = settings;
  const fragments = Object.entries(item.fragments).filter(
    ([key, fragment]) => isActiveDataset(datasetOfFragment(key)) && attributesOf(fragment),
  );
  const withData = new Set([...fragments.map(([key]) => identityOfFragment(key)), ...Object.keys(item.events)]);
  const groups =
    settings.mergePolicy.identityGraph.type === 'none' ? [] : graphsOf(linksOf(item.linkHistory, settings.links));
  const grouped = new Set(groups.flatMap(({ identities }) => identities));
  const alone = [...withData]
    .filter((identity) => !grouped.has(identity))
    .map((identity): Graph => ({ identities: [identity], links: [] }));
  const graphs = groups.filter(({ identities }) => identities.some((identity) => withData.has(identity)));
  return { fragments, graphs: [...graphs, ...alone] };
}

function profileOf(
  item: ProfileItem,
  allFragments: readonly (readonly [FragmentKey, Fragment])[],
  { identities: members, links: graphLinks }: Graph,
  { links, mergePolicy, isActiveDataset }: ProfileSettings,
): Profile {
  const identities = strongestFirst(members, links);
  const own = new Set(identities);
  const fragments = allFragments.filter(([key]) => own.has(identityOfFragment(key)));
  const attributes = mergeFragments(fragments, mergePolicy);
  return {
    key: identities[0]!,
    identities,
    view: {
      ...attributes,
      identityMap: identityMapOf(identities),
      xEvent: identities.flatMap((identity) => eventsThatCount(item.events[identity] ?? [], isActiveDataset)),
    },
    optedOut: isGeneralOptOut(attributes.privacyOptOuts),
    assertedAt: (identity) =>
      graphLinks.reduce<number | undefined>(
        (latest, { a, b, lastSeen }) =>
          (a === identity || b === identity) && !(latest !== undefined && latest >= lastSeen) ? lastSeen : latest,
        undefined,
      ),
    regionsOf: (identity) =>
      fragments
        .filter(([key]) => identityOfFragment(key) === identity)
        .reduce<ActivityRegions | undefined>((known, [, { regions }]) => latestRegions(known, regions), undefined),
  };
}

/** The same list where all of them do, as nearly always. */
export function eventsThatCount(
  events: readonly ProfileEvent[],
  isActiveDataset: ProfileSettings['isActiveDataset'],
): readonly ProfileEvent[] {
  if (!isActiveDataset || events.every(({ datasetId }) => isActiveDataset(datasetId))) return events;
  return events.filter(({ datasetId }) => isActiveDataset(datasetId));
}

const strongestFirst = (identities: readonly IdentityKey[], rules: LinkingRules): IdentityKey[] =>
  [...identities].sort((x, y) => rules.rank(namespaceOf(x)) - rules.rank(namespaceOf(y)) || (x < y ? -1 : 1));

/** The identities of a person as XDM has them (aep.md §1.2). */
export function identityMapOf(identities: readonly IdentityKey[]): Record<string, { id: string }[]> {
  const map: Record<string, { id: string }[]> = {};
  for (const key of identities) {
    const { namespace, value } = parseIdentityKey(key);
    const values = map[namespace] ?? [];
    values.push({ id: value });
    map[namespace] = values;
  }
  return map;
}
