import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { RouteSettings } from '#core/activation/route.ts';
import { profilesIn, routeItem } from '#core/activation/route.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { type EvaluateSettings, evaluateItem } from '#core/segmentation/evaluate-item.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import type { RoutedPerson } from './explain-delivery.ts';

/** What becomes of a person when a link is taken out. */
export interface UnlinkPreview {
  /** The people there would be, each with the audiences that it would enter and leave. */
  readonly profiles: readonly {
    readonly identities: readonly IdentityKey[];
    readonly entered: readonly string[];
    readonly left: readonly string[];
  }[];
  /** Memberships that destinations would be told to add and to remove; those without any are omitted. */
  readonly destinations: readonly { readonly id: string; readonly added: number; readonly removed: number }[];
}

/**
 * What would follow of an item that is another one: by the functions that evaluate and route, and nothing is written. Audiences
 * that wait for the daily evaluation stay as they are until then.
 */
export function previewUnlink(
  person: RoutedPerson,
  after: ProfileItem,
  settings: { readonly evaluation: EvaluateSettings; readonly route: RouteSettings; readonly now: number },
): UnlinkPreview {
  const { item, profile, memberships, states } = person;
  const [heldNow, heldThen] = [item, after].map((one) =>
    evaluateItem(one, memberships, settings.evaluation, settings.now, 'changed'),
  ) as [MembershipItem, MembershipItem];
  const now = new Set(audiencesOf(heldNow, profile.identities));
  const own = new Set(profile.identities);
  const profiles = profilesOf(after, settings.evaluation)
    .filter(({ identities }) => identities.some((key) => own.has(key)))
    .map(({ identities }) => {
      const then = new Set(audiencesOf(heldThen, identities));
      return {
        identities,
        entered: [...then].filter((id) => !now.has(id)).sort(),
        left: [...now].filter((id) => !then.has(id)).sort(),
      };
    });
  const routed = (one: ProfileItem, held: MembershipItem): ReadonlyMap<string, ReadonlySet<string>> => {
    const decision = { canonicalKey: one.canonicalKey, revision: states.lastRevision + 1, decidedAt: settings.now };
    return routedTo(routeItem(profilesIn(one, settings.route), held, states, settings.route, decision).after);
  };
  return { profiles, destinations: changesOf(routed(item, heldNow), routed(after, heldThen)) };
}

const audiencesOf = ({ profiles }: MembershipItem, identities: readonly IdentityKey[]): string[] =>
  identities
    .flatMap((key) => Object.entries(profiles[key]?.segments ?? {}))
    .flatMap(([id, { status }]) => (status === 'realized' ? [id] : []));

/** Destination → the memberships that it is told. */
const routedTo = ({ destinations }: DeliveryStateItem): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    Object.entries(destinations).map(([id, { lastRouted }]) => {
      const routed = Object.entries(lastRouted).flatMap(([key, segments]) =>
        Object.entries(segments).flatMap(([segment, { status }]) =>
          status === 'realized' ? [`${key}|${segment}`] : [],
        ),
      );
      return [id, new Set(routed)];
    }),
  );

function changesOf(
  before: ReadonlyMap<string, ReadonlySet<string>>,
  after: ReadonlyMap<string, ReadonlySet<string>>,
): UnlinkPreview['destinations'] {
  const none: ReadonlySet<string> = new Set();
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((id) => {
    const [was, is] = [before.get(id) ?? none, after.get(id) ?? none];
    const added = [...is].filter((one) => !was.has(one)).length;
    const removed = [...was].filter((one) => !is.has(one)).length;
    return added + removed > 0 ? [{ id, added, removed }] : [];
  });
}
