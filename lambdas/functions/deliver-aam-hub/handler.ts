import { type HubDelivery, hubDelivery } from '#core/activation/delivery.ts';
import { hubLaneId } from '#core/contract/delivery-lanes.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { accumulate } from '#lambdas/runtime/accumulate.ts';
import { createSqsHandler } from '#lambdas/runtime/sqs-handler.ts';

/** Queue of Audience Manager's hub → parts that wait for the next `.sync` files. */
export const createHandler = (deps: { readonly exports: ObjectStore }) =>
  createSqsHandler(hubDelivery, accumulate<HubDelivery>(deps.exports, hubLaneId));
