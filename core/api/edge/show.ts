import { activations, destinationsFor } from '#core/edge/activation.ts';
import { decisions, decisionsAsked, eventView, memberships } from '#core/edge/decisions.ts';
import type { Handle } from '#core/edge/handles.ts';
import { type EdgeProblem, edgeProblem } from '#core/edge/problem.ts';
import { keysIn, readEdgeProfile } from '#core/edge/profile.ts';
import type { EdgeDeps } from './deps.ts';
import type { EdgeCall } from './edge-call.ts';

/** An event that goes on, and its place in the call. */
interface GoodEvent {
  readonly index: number;
  readonly entity: Readonly<Record<string, unknown>>;
}

/** What is shown to the caller, or why nothing is: then the page shows what it has. */
interface Shown {
  readonly handle: readonly Handle[];
  readonly errors: readonly EdgeProblem[];
}

/**
 * Decides what each event's page shows, where it asks for that, and what the destinations of the datastream tell it: with
 * who somebody is known to be and with this very event. Where there is nothing to answer there is no read; nobody reads the
 * answer to `collect`.
 */
export async function showTo(
  call: EdgeCall,
  datasetId: string,
  events: readonly GoodEvent[],
  deps: EdgeDeps,
): Promise<Shown> {
  if (call.address.action === 'collect') return { handle: [], errors: [] };
  const shown = await Promise.all(events.map((event) => showOne(call, datasetId, event, deps)));
  return { handle: shown.flatMap(({ handle }) => handle), errors: shown.flatMap(({ errors }) => errors) };
}

async function showOne(
  call: EdgeCall,
  datasetId: string,
  { index, entity }: GoodEvent,
  deps: EdgeDeps,
): Promise<Shown> {
  const { settings, now, device, datastream, isAuthenticated } = call;
  const request = call.request.events[index]!;
  const asked = decisionsAsked(request);
  const destinations = destinationsFor(request, entity, datastream.destinations);
  if (!asked && destinations.length === 0) return { handle: [], errors: [] };
  try {
    const identities = keysIn(entity.identityMap, settings.rank);
    const profile = await readEdgeProfile(identities, deps.stores, settings);
    const event = settings.profile.isActiveDataset?.(datasetId) ? eventView(datasetId, entity, now) : undefined;
    const memberOf = memberships(profile, event, settings, now);
    const who = { ecid: device?.ecid, profile, memberOf };
    const terms = { isAuthenticated, governance: settings.governance };
    const shown = asked ? [decisions(asked, index, who, settings, now)] : [];
    return { handle: [...shown, ...activations(destinations, index, who, terms)], errors: [] };
  } catch (error) {
    // Whatever it was: the event is kept, and the page goes on without.
    deps.note(error);
    return { handle: [], errors: [edgeProblem('0201-503', UNDECIDED, { eventIndex: index })] };
  }
}

const UNDECIDED =
  'Profiles could not be read, so the page is told nothing that depends on them. The event is ingested all the same';
