import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answerCall } from '#core/api/batch/answer.ts';
import type { BatchApiDeps } from '#core/api/batch/deps.ts';
import { BATCH_ROUTES } from '#core/api/batch/routes.ts';
import { createRouter } from '#core/api/management/router.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { problem } from '#core/ingestion/collection/problem.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

const router = createRouter<BatchApiDeps>(BATCH_ROUTES);
const OWN = /^\/tributary\//;

/** AEP's batch ingestion (aep.md §2.2, §2.3): create → upload → complete, then ask how it went. */
export function createHandler(deps: BatchApiDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const call = callOf(event);
    const answer = await (OWN.test(call.path) ? router.answer(call, deps) : answerCall(call, deps)).catch(
      (error: unknown) => {
        if (error instanceof NoCatalogError) {
          return problem(503, 'limit', 'Try again later', { detail: 'No catalog is active yet', retryAfter: 5 });
        }
        logFailure(error);
        return problem(500, 'inlet', 'Internal error', { detail: 'Try again: every call may be repeated' });
      },
    );
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
