import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Reroute, reroute, routeAnew } from '#core/activation/reroute.ts';
import { createRouting, type RoutingDeps } from '#lambdas/runtime/routing.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';

const ORDERS_CONCURRENCY = 5;

/** Orders of the delivery functions → identities are routed anew to one destination. */
export function createHandler(deps: RoutingDeps) {
  const begin = createRouting(deps);
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const routing = begin(event.Records[0]?.messageId);
    const work = eachInOrder<Reroute>(
      ({ value: order }) => routing.run((own) => routeAnew(order, own)),
      ORDERS_CONCURRENCY,
    );
    const response = await createSqsHandler(reroute, work)(event);
    await routing.end();
    return response;
  };
}
