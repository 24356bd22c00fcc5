import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ManagementDeps } from '#core/api/management/deps.ts';
import { problem } from '#core/api/management/problem.ts';
import { createRouter } from '#core/api/management/router.ts';
import { API_ROUTES } from '#core/api/management/table.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

/** Definitions and operation of the stage over HTTP, in the shapes of AEP. */
export function createHandler(deps: ManagementDeps) {
  const router = createRouter(API_ROUTES);
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await router.answer(callOf(event), deps).catch((error: unknown) => {
      if (error instanceof NoCatalogError) {
        const headers = { 'retry-after': '5' };
        return problem('description', 503, 'No catalog is active yet: apply one with "tributary catalog apply"', {
          headers,
        });
      }
      logFailure(error);
      return problem('description', 500, 'Try again: every call may be repeated');
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
