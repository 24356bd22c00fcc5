import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { problem } from '#core/api/management/problem.ts';
import { createRouter } from '#core/api/management/router.ts';
import type { RejectedRecordsDeps } from '#core/api/rejected-records/deps.ts';
import { REJECTED_RECORD_ROUTES } from '#core/api/rejected-records/routes.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

const router = createRouter<RejectedRecordsDeps>(REJECTED_RECORD_ROUTES);

/** Rejected records over HTTP. Nothing of a request is logged but how it ended: what was corrected may name people. */
export function createHandler(deps: RejectedRecordsDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await router.answer(callOf(event), deps).catch((error: unknown) => {
      if (error instanceof NoCatalogError) {
        return problem('data', 503, 'No catalog is active yet: apply one with "tributary catalog apply"');
      }
      logFailure(error);
      return problem('data', 500, 'Try again: every call may be repeated');
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
