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
  /** How long whoever asks can go on, in ms. @default for ever */
  readonly leftMs?: (() => number) | undefined;
}

export type Exchange = (request: HttpRequest, to: Addressed) => Promise<HttpOutcome | Failure>;

const UNAUTHORIZED = 401;
/** What is kept of the time that is left, to say what became of a request. */
const END_MS = 2_000;
const SHORTEST_MS = 1_000;

/** A request that is given up before who makes it is ended: otherwise nobody would know what became of it. */
function within({ timeoutMs, ...request }: HttpRequest, leftMs = Number.POSITIVE_INFINITY): HttpRequest {
  return { ...request, timeoutMs: Math.max(SHORTEST_MS, Math.min(timeoutMs, leftMs - END_MS)) };
}

/**
 * One request, authenticated; where the token is not taken any more, once more with a new one.
 * @returns the outcome, or why no request was made
 */
export function createExchange(
  { http, awsSigner }: { readonly http: HttpClient; readonly awsSigner?: AwsSigner },
  authenticator: Authenticator,
): Exchange {
  return async (request, { destination, type, context, leftMs }) => {
    const how = type.authentication(destination);
    const attempt = async (): Promise<HttpOutcome | Failure> => {
      if (how.type === 'aws') {
        const signed = awsSigner ? await awsSigner(request, how) : failed('stop', 'aws-signer-not-there');
        return 'reason' in signed ? signed : http(within(signed, leftMs?.()));
      }
      const authorized = await authenticator.authorize(destination.id, how, context.credentials);
      if ('reason' in authorized) return authorized;
      const made = { ...request, headers: { ...request.headers, ...authorized.headers } };
      return http(within(made, leftMs?.()));
    };
    const isRejected = (outcome: HttpOutcome | Failure): boolean =>
      'kind' in outcome &&
      ((outcome.kind === 'response' && outcome.status === UNAUTHORIZED) || type.expired?.(outcome) === true);
    const outcome = await attempt();
    return isRejected(outcome) && authenticator.reject(destination.id) ? attempt() : outcome;
  };
}
