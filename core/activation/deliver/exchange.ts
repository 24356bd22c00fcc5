import type { Failure, RequestContext, RequestDestination } from '../destination-type.ts';
import type { HttpOutcome } from '../error-class.ts';
import type { Authenticator } from '../http/authenticator.ts';
import type { HttpClient, HttpRequest } from '../http/client.ts';
import { failed } from '../item-results.ts';
import type { AwsSigner } from '../ports/aws-signer.ts';
import type { ProfileDestination } from '../registry.ts';

/** What a request is made for. */
export interface Addressed {
  readonly destination: ProfileDestination;
  readonly type: RequestDestination<ProfileDestination>;
  readonly context: RequestContext;
}

export type Exchange = (request: HttpRequest, to: Addressed) => Promise<HttpOutcome | Failure>;

const UNAUTHORIZED = 401;

/**
 * One request, authenticated; where the token is not taken any more, once more with a new one.
 * @returns the outcome, or why no request was made
 */
export function createExchange(
  { http, awsSigner }: { readonly http: HttpClient; readonly awsSigner?: AwsSigner },
  authenticator: Authenticator,
): Exchange {
  return async (request, { destination, type, context }) => {
    const how = type.authentication(destination);
    const attempt = async (): Promise<HttpOutcome | Failure> => {
      if (how.type === 'aws') {
        const signed = awsSigner ? await awsSigner(request, how) : failed('stop', 'aws-signer-not-there');
        return 'reason' in signed ? signed : http(signed);
      }
      const authorized = await authenticator.authorize(destination.id, how, context.credentials);
      if ('reason' in authorized) return authorized;
      return http({ ...request, headers: { ...request.headers, ...authorized.headers } });
    };
    const isRejected = (outcome: HttpOutcome | Failure): boolean =>
      'kind' in outcome &&
      ((outcome.kind === 'response' && outcome.status === UNAUTHORIZED) || type.expired?.(outcome) === true);
    const outcome = await attempt();
    return isRejected(outcome) && authenticator.reject(destination.id) ? attempt() : outcome;
  };
}
