import { z } from 'zod';
import { type RouteDeps, type RouteResult, route } from './route.ts';

/** An order to route identities anew to one destination: what it knows of them may not be what was decided last. */
export const reroute = z.strictObject({
  /** Of the item in which they were last seen; it may have been ingested by another since. */
  canonicalKey: z.string(),
  destinationId: z.string(),
  identities: z.array(z.string()).min(1),
});
export type Reroute = z.output<typeof reroute>;

/**
 * Carries out such an order. What is told then is what holds then.
 * @throws ConflictError when others went on writing first; Error of a delivery lane that took not all
 */
export const routeAnew = (
  { canonicalKey, destinationId, identities }: Reroute,
  deps: RouteDeps,
): Promise<RouteResult> => route(canonicalKey, deps, { resend: { destinationId, identities } });
