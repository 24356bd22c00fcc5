import type { Clock } from '#core/ports/clock.ts';
import type { RequestDestination } from '../destination-type.ts';
import { Authenticator } from '../http/authenticator.ts';
import type { HttpClient } from '../http/client.ts';
import { credential, readCredentials } from '../http/credentials.ts';
import { Tokens } from '../http/tokens.ts';
import { failureOf } from '../item-results.ts';
import type { AwsSigner } from '../ports/aws-signer.ts';
import type { TokenStore } from '../ports/tokens.ts';
import type { ProfileDestination } from '../registry.ts';
import { createExchange } from './exchange.ts';

/** One thing that was tried of a destination, without changing anything there. */
export interface ProbeStep {
  readonly step: 'secret' | 'credentials' | 'permission';
  readonly outcome: 'ok' | 'failed' | 'not-tried';
  /** Why, in a word: nothing of the secret. */
  readonly reason?: string;
}

export interface ProbeDeps {
  readonly http: HttpClient;
  readonly tokens: TokenStore;
  readonly awsSigner?: AwsSigner;
  readonly now: Clock;
}

/**
 * Tries the secret of a destination, its credentials, and the permission that deliveries need, with requests that change
 * nothing.
 * @param secret as it is stored
 */
export async function probe(
  destination: ProfileDestination,
  type: RequestDestination<ProfileDestination>,
  secret: string,
  deps: ProbeDeps,
): Promise<readonly ProbeStep[]> {
  const credentials = credentialsIn(secret);
  if (!credentials) return [failed('secret', 'secret-unusable')];
  const how = type.authentication(destination);
  const authenticator = new Authenticator(new Tokens(deps.http, deps.tokens, deps.now));
  if (how.type !== 'aws') {
    const authorized = await authenticator.authorize(destination.id, how, credentials);
    if ('reason' in authorized) return [OK_SECRET, failed('credentials', authorized.reason)];
  }
  const steps: ProbeStep[] = [OK_SECRET, { step: 'credentials', outcome: 'ok' }];
  if (!type.probe) return [...steps, { step: 'permission', outcome: 'not-tried', reason: 'no-harmless-request' }];
  const context = {
    credentials,
    now: deps.now(),
    segmentName: () => undefined,
    audienceId: (segmentId: string, kind = '') => type.audiences?.given({ segmentId, kind }, destination),
  };
  const exchange = createExchange(deps, authenticator);
  const outcome = await exchange(type.probe(destination, context), { destination, type, context });
  const failure = 'kind' in outcome ? (type.probed?.(outcome, destination) ?? failureOf(outcome)) : outcome;
  return [...steps, failure ? failed('permission', failure.reason) : { step: 'permission', outcome: 'ok' }];
}

const OK_SECRET: ProbeStep = { step: 'secret', outcome: 'ok' };
const failed = (step: ProbeStep['step'], reason: string): ProbeStep => ({ step, outcome: 'failed', reason });

function credentialsIn(secret: string): ReturnType<typeof readCredentials> | undefined {
  try {
    return readCredentials(secret);
  } catch {
    return undefined;
  }
}

/** Keys that a type's secret may have and that are not there, for whoever looks why it fails. */
export const missingKeys = (type: RequestDestination<ProfileDestination>, secret: string): string[] => {
  const credentials = credentialsIn(secret) ?? {};
  return Object.keys(type.credentials).filter((key) => credential(credentials, key) === undefined);
};
