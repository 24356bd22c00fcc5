import {
  type DeliveryExplanation,
  deliveryOf,
  type RoutedPerson,
  routedPerson,
} from '#core/access/explain-delivery.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import { isoOf, nameOf } from './attributes.ts';
import { mayExplain } from './audiences.ts';
import type { PeopleCall } from './deps.ts';
import { FAMILY, type Opened, openProfile } from './opened.ts';

/** `GET /{reference}/destinations`: what each destination holds of somebody. */
export async function showDeliveries(call: PeopleCall): Promise<HttpAnswer> {
  const opened = await openProfile(call, 'deliveries');
  if ('status' in opened) return opened;
  const destinations = [...opened.catalog.destinations.values()];
  const shown = await shownDeliveries(destinations, opened, call);
  return { status: 200, body: { asOf: isoOf(call.deps.now()), destinations: shown } };
}

/** `GET /{reference}/destinations/{id}/explanation`: why somebody was delivered to a destination, or was not. */
export async function explainAtDestination(call: PeopleCall): Promise<HttpAnswer> {
  const opened = await openProfile(call, 'deliveries');
  if ('status' in opened) return opened;
  const destination = opened.catalog.destinations.get(call.params.id ?? '');
  if (!destination) return problem(FAMILY, 404, 'The active definitions have no destination of this id');
  const [only] = await shownDeliveries([destination], opened, call);
  return { status: 200, body: { asOf: isoOf(call.deps.now()), ...only } };
}

async function shownDeliveries(
  destinations: readonly DestinationDefinition[],
  opened: Opened,
  { deps }: PeopleCall,
): Promise<object[]> {
  const person: RoutedPerson = await routedPerson(opened, deps);
  const guards = await deps.guards.states(destinations.map(({ id }) => id));
  const { catalog } = await deps.definitions.active();
  const of = { route: opened.settings.route, now: deps.now() };
  return destinations.map((destination) => {
    const isHeld = guards.get(destination.id)?.held !== undefined;
    return shownDelivery(destination, deliveryOf(person, destination, of, { isHeld, errors: [] }), catalog, opened);
  });
}

function shownDelivery(
  { id, name }: DestinationDefinition,
  { type, state, optedOut, acceptedIdentities, missingAttributes, isHeld, unsent, audiences }: DeliveryExplanation,
  catalog: Catalog,
  opened: Opened,
): object {
  const shown = audiences.filter(({ segmentId }) => mayExplain(segmentId, catalog, opened));
  return {
    ...nameOf({ id, name }),
    type,
    state,
    optedOut,
    isHeld,
    unsent,
    ...(acceptedIdentities && { acceptedIdentities: acceptedIdentities.map((key) => opened.identity(key)) }),
    missingAttributes,
    omitted: audiences.length - shown.length,
    audiences: shown.map(({ segmentId, outcome, membership, reasons, routed }) => ({
      ...nameOf({ id: segmentId, name: opened.catalog.segmentDefinitions.get(segmentId)?.name }),
      outcome,
      ...(membership && { status: membership.status, since: isoOf(membership.lastQualificationTime) }),
      reasons,
      routed: routed.map(({ identity, status, at, routes }) => ({
        identity: opened.identity(identity),
        status,
        ...(at !== undefined && { at: isoOf(at) }),
        ...(routes && { routes }),
      })),
    })),
  };
}
