import { recordId } from '#core/ingestion/ids.ts';
import { type DecisionRequest, decide, type Visitor } from '#core/personalisation/decide.ts';
import { permittedActivities } from '#core/personalisation/permissions.ts';
import { visitorIdsOf } from '#core/personalisation/visitor-ids.ts';
import { isGeneralOptOut } from '#core/profile/merge.ts';
import type { EventView } from '#core/profile/profile-view.ts';
import { identityKey, parseIdentityKey } from '#core/record/identity.ts';
import { evaluateEdge } from '#core/segmentation/edge.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { ECID } from './device.ts';
import type { Handle } from './handles.ts';
import type { EdgeProfile } from './profile.ts';
import type { EdgeEvent } from './request.ts';
import type { EdgeSettings } from './settings.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What an event asks to be shown; undefined where it asks for nothing, as reports of what was shown do. */
export function decisionsAsked({ query }: EdgeEvent): DecisionRequest | undefined {
  const { enabled = true, decisionScopes = [], surfaces = [], schemas } = query?.personalization ?? {};
  if (!enabled || decisionScopes.length + surfaces.length === 0) return undefined;
  return { scopes: decisionScopes, surfaces, schemas };
}

/** An event as segments see it. @param now epoch ms; a stamp far ahead counts as of now, as it does when it is ingested */
export function eventView(datasetId: string, entity: Fields, now: number): EventView {
  const stated = typeof entity.timestamp === 'string' ? Date.parse(entity.timestamp) : Number.NaN;
  const time = stated <= now + DAY_MS ? stated : now;
  return { id: recordId(datasetId, String(entity._id)), time, entity };
}

/** Which segments somebody is in with this very event: edge segments anew, all others as they were last evaluated. */
export function memberships(
  profile: EdgeProfile,
  event: EventView | undefined,
  { segments }: Pick<EdgeSettings, 'segments'>,
  now: number,
): ReadonlySet<string> {
  if (!event) return profile.memberOf;
  const answers = evaluateEdge(profile.view, event, segments, now);
  const kept = [...profile.memberOf].filter((id) => !answers.has(id));
  return new Set([...kept, ...[...answers].flatMap(([id, isMember]) => (isMember ? [id] : []))]);
}

/** What is shown to somebody: content of the catalog, chosen by who they are, and nothing that says who that is. */
export function decisions(
  asked: DecisionRequest,
  eventIndex: number,
  who: { readonly ecid: string | undefined; readonly profile: EdgeProfile; readonly memberOf: ReadonlySet<string> },
  settings: Pick<EdgeSettings, 'activities' | 'activityPermissions' | 'profile'>,
  now: number,
): Handle {
  const { ecid, profile, memberOf } = who;
  const { identities, view } = profile;
  const isOut = isGeneralOptOut(view.privacyOptOuts);
  const visitor: Visitor = {
    isMember: (id) => !isOut && memberOf.has(id),
    isPermitted: permittedActivities({ identities, consents: view.consents }, settings.activityPermissions),
    device: ecid === undefined ? undefined : identityKey({ namespace: ECID, value: ecid }),
    person: visitorIdsOf(identities.map(parseIdentityKey), settings.profile.links).person,
  };
  const payload = decide(settings.activities, visitor, asked, now);
  return { type: 'personalization:decisions', eventIndex, payload };
}
