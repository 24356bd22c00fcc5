import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { access, type ProfileAccessDeps, rejection } from '#core/api/profile/entities.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

/**
 * Profiles and their events, in the shape of AEP's entities API (aep.md §4.2). Nothing of a request is logged but how it
 * ended: addresses and bodies name people.
 */
export function createHandler(deps: ProfileAccessDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await access(callOf(event), deps).catch((error: unknown) => {
      if (error instanceof NoCatalogError) return rejection(503, 'Try again later', 'No catalog is active yet');
      logFailure(error);
      return rejection(500, 'Internal error', 'Try again');
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}
