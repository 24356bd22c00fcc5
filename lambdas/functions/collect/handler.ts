import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type CollectDeps, collect, noCapacity } from '#core/api/collection/answer.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { problem } from '#core/ingestion/collection/problem.ts';
import { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

/** Records over HTTP → Kinesis `collection`, in the shapes of AEP's streaming ingestion (aep.md §2.1). */
export function createHandler(deps: CollectDeps) {
  const limiter = new RateLimiter();
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await collect(callOf(event), limiter, deps).catch((error: unknown) => {
      if (error instanceof NoCatalogError) return noCapacity('No catalog is active yet');
      logFailure(error);
      return problem(500, 'inlet', 'Internal error', { detail: 'Nothing was ingested; try again' });
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
