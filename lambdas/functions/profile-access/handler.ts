import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpAnswer, HttpCall } from '#core/api/http.ts';
import { createRouter } from '#core/api/management/router.ts';
import type { PeopleDeps } from '#core/api/people/deps.ts';
import { PEOPLE_ROUTES } from '#core/api/people/routes.ts';
import { access, rejection } from '#core/api/profile/entities.ts';
import type { Caller } from '#core/callers/caller.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { answerTo, callOf } from '#lambdas/runtime/http.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

export interface AccessHandlerDeps extends PeopleDeps {
  /** Whether something answers in place of AWS, which verifies no signature and says of none whose it is. */
  readonly isEmulated: boolean;
}

/**
 * Profiles, their events and identity graphs in the shapes of AEP (aep.md §4.2), by signed requests and by those with a token.
 * Nothing of a request is logged but how it ended: addresses and bodies name people.
 */
export function createHandler(deps: AccessHandlerDeps) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const answer = await answerOf(callOf(event), deps).catch((error: unknown) => {
      if (error instanceof NoCatalogError) return rejection(503, 'Try again later', 'No catalog is active yet');
      logFailure(error);
      return rejection(500, 'Internal error', 'Try again');
    });
    logBatch({ status: answer.status });
    return answerTo(answer);
  };
}

async function answerOf(call: HttpCall, deps: AccessHandlerDeps): Promise<HttpAnswer> {
  const caller = signerOf(call, deps) ?? (await deps.callers.callerOf(call));
  if ('status' in caller) return caller;
  if (!BY_TABLE.test(call.path) && !isDeletion(call)) return access(call, caller, deps);
  return await people.answer(call, { ...deps, callers: { callerOf: async () => caller } });
}

const isDeletion = ({ method, path, signedBy }: HttpCall): boolean =>
  method === 'DELETE' && signedBy === undefined && path.startsWith('/data/core/ups/');
const BY_TABLE = /^\/(?:data\/core\/(?:identity|privacy)|tributary\/profiles)(?:\/|$)/;
const people = createRouter(PEOPLE_ROUTES);

/** Whom IAM lets call may read profiles: it has verified the signature before the function was called. */
function signerOf({ signedBy, headers }: HttpCall, { isEmulated }: AccessHandlerDeps): Caller | undefined {
  const id = signedBy ?? (isEmulated ? accessKeyIn(headers.authorization) : undefined);
  return id === undefined ? undefined : { id, name: id, kind: 'aws', scopes: ['profile:read'] };
}

const accessKeyIn = (authorization = ''): string | undefined =>
  /^AWS4-HMAC-SHA256 Credential=(\w{1,128})\//.exec(authorization)?.[1];
