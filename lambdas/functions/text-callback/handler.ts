import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type TextCallbackDeps, textCallback } from '#core/api/texts/callback.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

/** Calls of vendors about texts → what became of texts, and opt-outs on the stream. */
export const createHandler =
  (deps: TextCallbackDeps) =>
  async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await textCallback(callOf(event), deps).catch((error: unknown) => {
      logFailure(error);
      return { status: 500, body: { status: 500, title: 'Internal error' } };
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
