import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answerEdge, unavailable } from '#core/api/edge/answer.ts';
import type { EdgeDeps } from '#core/api/edge/deps.ts';
import type { HttpCall } from '#core/api/http.ts';
import { VIEWER_ADDRESS_HEADER } from '#core/contract/routes.ts';
import { viewerAddress } from '#core/edge/ip-address.ts';
import { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

export interface EdgeFunctionDeps extends EdgeDeps {
  /** Whether calls come through CloudFront, which says whose they are: else all of them would be of its own addresses. */
  readonly isBehindCdn: boolean;
}

/** A call of a Web SDK → the answer, within the request; its events → Kinesis `collection`. */
export function createHandler(deps: EdgeFunctionDeps) {
  const limiter = new RateLimiter();
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const call = calledBy(callOf(event), deps);
    const answer = await answerEdge(call, limiter, deps).catch((error: unknown) => {
      logFailure(error);
      return unavailable(call, deps);
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}

function calledBy(call: HttpCall, { isBehindCdn }: Pick<EdgeFunctionDeps, 'isBehindCdn'>): HttpCall {
  const sourceIp = isBehindCdn ? viewerAddress(call.headers[VIEWER_ADDRESS_HEADER]) : undefined;
  return sourceIp === undefined ? call : { ...call, sourceIp };
}
