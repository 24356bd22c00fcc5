import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answerEdge, unavailable } from '#core/api/edge/answer.ts';
import type { EdgeDeps } from '#core/api/edge/deps.ts';
import { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

/** A call of a Web SDK → the answer, within the request; its events → Kinesis `collection`. */
export function createHandler(deps: EdgeDeps) {
  const limiter = new RateLimiter();
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const call = callOf(event);
    const answer = await answerEdge(call, limiter, deps).catch((error: unknown) => {
      logFailure(error);
      return unavailable(call, deps);
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
