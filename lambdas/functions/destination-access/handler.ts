import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { DestinationAccessDeps } from '#core/api/destination-access/access.ts';
import { DESTINATION_ACCESS_ROUTES } from '#core/api/destination-access/routes.ts';
import { problem } from '#core/api/management/problem.ts';
import { createRouter } from '#core/api/management/router.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

const router = createRouter<DestinationAccessDeps>(DESTINATION_ACCESS_ROUTES);

/** Credentials of destinations over HTTP: put away, and tried. Nothing of them is logged or answered. */
export function createHandler(deps: DestinationAccessDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await router.answer(callOf(event), deps).catch((error: unknown) => {
      if (error instanceof NoCatalogError) {
        return problem('destinations', 503, 'No catalog is active yet: apply one with "tributary catalog apply"');
      }
      logFailure(error);
      return problem('destinations', 500, 'Try again: every call may be repeated');
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
