import { z } from 'zod';
import { currentDeliveryState } from './delivery-state.ts';
import { type RouteDeps, type RouteResult, route } from './route.ts';

/** An order to route identities anew to one destination: what it knows of them may not be what was decided last. */
export const reroute = z.strictObject({
  /** Of the item in which they were last seen; it may have been ingested by another since. */
  canonicalKey: z.string(),
  destinationId: z.string(),
  identities: z.array(z.string()).min(1),
});
export type Reroute = z.output<typeof reroute>;

/** Carries out such an order. What is told then is what holds then. */
export async function routeAnew(
  { canonicalKey, destinationId, identities }: Reroute,
  deps: RouteDeps,
): Promise<RouteResult> {
  const stored = await currentDeliveryState(canonicalKey, deps.deliveryStates);
  return route(stored?.canonicalKey ?? canonicalKey, deps, { resend: { destinationId, identities } });
}
