import { type ProfileDelivery, profileDelivery } from '#core/activation/delivery.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { accumulate } from '#lambdas/runtime/accumulate.ts';
import { createSqsHandler } from '#lambdas/runtime/sqs-handler.ts';

/** Queue of a file destination → parts that wait for its next file. */
export const createHandler = (deps: { readonly exports: ObjectStore }) =>
  createSqsHandler(
    profileDelivery,
    accumulate<ProfileDelivery>(deps.exports, (destinationId) => destinationId),
  );
