import { type EdgePerson, type EdgeTerms, edgePayloads } from '#core/activation/edge-destinations/payloads.ts';
import { type EdgeDestinationDefinition, edgeTypeOf } from '#core/activation/edge-destinations/registry.ts';
import { isGeneralOptOut } from '#core/profile/merge.ts';
import { valueAt } from '#core/record/field-path.ts';
import type { Handle } from './handles.ts';
import type { EdgeProfile } from './profile.ts';
import type { EdgeEvent } from './request.ts';

type Fields = Readonly<Record<string, unknown>>;

const PAGE_VIEW = 'web.webpagedetails.pageViews';
/** The scope that the SDK asks for with the first event of a page view. */
const PAGE_SCOPE = '__view__';
/** Reports of what was shown (`decisioning.propositionDisplay`, `…Interact` and others), which the SDK sends by itself. */
const REPORT = 'decisioning.proposition';

const answersIn = (handle: 'pull' | 'push', destinations: readonly EdgeDestinationDefinition[]) =>
  destinations.filter((destination) => edgeTypeOf(destination).handle === handle);

/**
 * Which destinations are part of the answer to an event: those for the page's code, unless it is a report; what the SDK
 * carries out once a page view only, else a pixel would be counted more than once.
 * @param destinations of the datastream
 * @param entity the event as it goes on
 */
export function destinationsFor(
  { query }: EdgeEvent,
  entity: Fields,
  destinations: readonly EdgeDestinationDefinition[],
): readonly EdgeDestinationDefinition[] {
  const { eventType } = entity;
  if (typeof eventType === 'string' && eventType.startsWith(REPORT)) return [];
  const isPageView = eventType === PAGE_VIEW || query?.personalization?.decisionScopes?.includes(PAGE_SCOPE);
  return isPageView ? destinations : answersIn('pull', destinations);
}

/**
 * What destinations put into the answer to an event. Of somebody who opted out of everything there is nothing, as there is
 * not at any destination; nor of somebody of whom nothing is known, unless this event makes them a member.
 * @param destinations see {@link destinationsFor}
 */
export function activations(
  destinations: readonly EdgeDestinationDefinition[],
  eventIndex: number,
  who: { readonly profile: EdgeProfile; readonly memberOf: ReadonlySet<string> },
  terms: EdgeTerms,
): readonly Handle[] {
  const { profile, memberOf } = who;
  const { identities, view, isKnown } = profile;
  const isOut = isGeneralOptOut(view.privacyOptOuts);
  const person: EdgePerson = {
    identities,
    consents: view.consents,
    isMember: (id) => !isOut && memberOf.has(id),
    attribute: (path) => (isOut ? undefined : valueAt(view, path)),
  };
  const { pull, push } = edgePayloads(destinations, isKnown || memberOf.size > 0 ? person : undefined, terms);
  return [
    ...(answersIn('pull', destinations).length > 0 ? [{ type: 'activation:pull', eventIndex, payload: pull }] : []),
    ...(push.length > 0 ? [{ type: 'activation:push', eventIndex, payload: push }] : []),
  ];
}
