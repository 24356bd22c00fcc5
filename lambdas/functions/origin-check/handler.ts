import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { isSameText } from '#core/callers/secret-hash.ts';
import { ORIGIN_HEADER } from '#core/contract/routes.ts';

/** A request to a host behind CloudFront → whether it came that way: only the distribution knows what to say. */
export function createHandler({ originSecret }: { originSecret(): Promise<string> }) {
  return async (
    event: APIGatewayRequestAuthorizerEventV2,
  ): Promise<APIGatewaySimpleAuthorizerWithContextResult<{ readonly front: true }>> => {
    const shown = event.headers?.[ORIGIN_HEADER] ?? '';
    return { isAuthorized: isSameText(shown, await originSecret()), context: { front: true } };
  };
}
