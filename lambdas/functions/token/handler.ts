import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answerToken, type TokenDeps } from '#core/api/token/answer.ts';
import { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

/** A client's id and secret → a token of one hour. */
export function createHandler(deps: TokenDeps) {
  const limiter = new RateLimiter();
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await answerToken(callOf(event), limiter, deps).catch((error: unknown) => {
      logFailure(error);
      const body = { error: 'server_error', error_description: 'Try again' };
      return { status: 500, headers: { 'content-type': 'application/json' }, body };
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
