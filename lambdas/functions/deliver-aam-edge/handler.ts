import { createEdgeHandler, type DeliverToEdgeDeps } from '#lambdas/runtime/deliver-to-edge.ts';

/** Queue of Audience Manager's edge → the collection server of the device's region. */
export const createHandler = (deps: DeliverToEdgeDeps) => createEdgeHandler(deps);
