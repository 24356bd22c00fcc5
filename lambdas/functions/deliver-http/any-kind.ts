import { createEdgeHandler, type DeliverToEdgeDeps } from '#lambdas/runtime/deliver-to-edge.ts';
import { perKind } from '#lambdas/runtime/per-kind.ts';
import { createHandler, type DeliverHttpDeps } from './handler.ts';

/** Queue of a lane, whatever the destination is that the catalog has given it to: requests about people, or about devices. */
export const createAnyKindHandler = (deps: DeliverHttpDeps & DeliverToEdgeDeps) =>
  perKind({ profile: createHandler(deps), 'aam-edge': createEdgeHandler(deps) });
