import type { Clock } from '#core/ports/clock.ts';
import type { RequestDestination } from '../destination-type.ts';
import { maskedWords } from '../errors/mask-words.ts';
import { Authenticator } from '../http/authenticator.ts';
import type { HttpClient } from '../http/client.ts';
import { type Credentials, credential, readCredentials } from '../http/credentials.ts';
import { Tokens } from '../http/tokens.ts';
import { failureOf } from '../item-results.ts';
import type { AwsSigner } from '../ports/aws-signer.ts';
import type { TokenStore } from '../ports/tokens.ts';
import { failedStep, MAY_WRITE_NOT_TRIED, OK_SECRET, type ProbeStep, receiverStep } from '../probe-step.ts';
import type { ProfileDestination } from '../registry.ts';
import { createExchange } from './exchange.ts';

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
  if (!credentials) return [failedStep('secret', 'secret-unusable')];
  const how = type.authentication(destination);
  const authenticator = new Authenticator(new Tokens(deps.http, deps.tokens, deps.now));
  if (how.type !== 'aws') {
    const authorized = await authenticator.authorize(destination.id, how, credentials);
    if ('reason' in authorized) return [OK_SECRET, failedStep('credentials', authorized.reason)];
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
  // Without an outcome there were no credentials to ask with.
  if (!('kind' in outcome)) return [OK_SECRET, failedStep('credentials', outcome.reason)];
  const failure = type.probed?.(outcome, destination) ?? failureOf(outcome);
  if (type.probeShows === 'receiver') return [...steps, receiverStep(failure), MAY_WRITE_NOT_TRIED];
  if (!failure) return [...steps, { step: 'permission', outcome: 'ok' }];
  const said = failure.detail ?? (outcome.kind === 'response' ? outcome.body : '');
  return [...steps, failedStep('permission', failure.reason, withoutSecret(said, credentials))];
}

/** A vendor may say back what it was sent. */
const withoutSecret = (said: string, credentials: Credentials): string =>
  maskedWords(said, {
    identities: Object.values(credentials).map((value) => ({ namespace: '', value: String(value) })),
    attributes: {},
  });

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
