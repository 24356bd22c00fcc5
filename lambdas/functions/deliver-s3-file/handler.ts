import { type HubDelivery, hubDelivery, type ProfileDelivery, profileDelivery } from '#core/activation/delivery.ts';
import { hubLaneId } from '#core/contract/delivery-lanes.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { accumulate } from '#lambdas/runtime/accumulate.ts';
import { perKind } from '#lambdas/runtime/per-kind.ts';
import { createSqsHandler } from '#lambdas/runtime/sqs-handler.ts';

/** Queue of files → parts that wait for the next file of their destination; Audience Manager's hub is one of them. */
export const createHandler = ({ exports }: { readonly exports: ObjectStore }) =>
  perKind({
    profile: createSqsHandler(
      profileDelivery,
      accumulate<ProfileDelivery>(exports, (destinationId) => destinationId),
    ),
    'aam-hub': createSqsHandler(hubDelivery, accumulate<HubDelivery>(exports, hubLaneId)),
  });
