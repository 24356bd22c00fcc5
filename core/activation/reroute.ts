import { z } from 'zod';
import { deletionMessage } from './deletion.ts';
import { isProfileDestination } from './registry.ts';
import { ROUTED_NOTHING, type RouteDeps, type RouteResult, route } from './route.ts';

/** An order to route identities anew to one destination: what it knows of them may not be what was decided last. */
export const reroute = z.strictObject({
  /** Of the item in which they were last seen; it may have been ingested by another since. */
  canonicalKey: z.string(),
  destinationId: z.string(),
  identities: z.array(z.string()).min(1),
  /** Segment → the instant (epoch ms) of an entry to it whose message was not sent, and is told as an entry then. */
  untold: z.record(z.string(), z.number()).optional(),
  /** Id of a request to delete the person: the destination is asked to delete them, as which it knows them. */
  deletion: z.string().optional(),
});
export type Reroute = z.output<typeof reroute>;

/**
 * Carries out such an order. What is told then is what holds then.
 * @throws ConflictError when others went on writing first; Error of a delivery lane that took not all
 */
export async function routeAnew(order: Reroute, deps: RouteDeps): Promise<RouteResult> {
  const { canonicalKey, destinationId, identities, untold, deletion } = order;
  if (deletion === undefined) return route(canonicalKey, deps, { resend: { destinationId, identities, untold } });
  const destination = deps.settings.destinations.get(destinationId);
  // Who has left the catalog has no lane any more.
  if (!destination || !isProfileDestination(destination)) return ROUTED_NOTHING;
  await deps.outbox.send([deletionMessage({ ...order, deletion }, destination, deps.now())]);
  const routed = { queued: 1, excluded: {}, audiences: {} };
  return { queued: 1, excluded: 0, destinations: { [destinationId]: routed } };
}
