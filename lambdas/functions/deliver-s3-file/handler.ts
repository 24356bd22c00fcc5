import { type ProfileDelivery, profileDelivery } from '#core/activation/delivery.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { createHandler as createHubHandler } from '#lambdas/functions/deliver-aam-hub/handler.ts';
import { accumulate } from '#lambdas/runtime/accumulate.ts';
import { perKind } from '#lambdas/runtime/per-kind.ts';
import { createSqsHandler } from '#lambdas/runtime/sqs-handler.ts';

/** Queue of files → parts that wait for the next file of their destination; Audience Manager's hub is one of them. */
export const createHandler = (deps: { readonly exports: ObjectStore }) =>
  perKind({
    profile: createSqsHandler(
      profileDelivery,
      accumulate<ProfileDelivery>(deps.exports, (destinationId) => destinationId),
    ),
    'aam-hub': createHubHandler(deps),
  });
