import type { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsAuthentication } from '#core/activation/http/credentials.ts';
import { failed } from '#core/activation/item-results.ts';
import type { AwsSigner } from '#core/activation/ports/aws-signer.ts';
import type { Clock } from '#core/ports/clock.ts';
import { logFailure } from '#lambdas/runtime/log.ts';
import { type AwsCredentialIdentity, createRoleCredentials } from './roles.ts';
import { Sha256 } from './sha256.ts';

export interface AwsSignerOptions {
  /** Of the function itself. */
  readonly credentials: () => Promise<AwsCredentialIdentity>;
  readonly sts: () => Pick<STSClient, 'send'>;
  readonly now: Clock;
  /** What answers in place of AWS, for every service. */
  readonly endpoint?: string | undefined;
}

/** Signs requests to services of AWS with the function's own credentials, or with those of a role in another account. */
export function createAwsSigner({ credentials, sts, now, endpoint }: AwsSignerOptions): AwsSigner {
  const assume = createRoleCredentials({ sts, now });

  const credentialsFor = ({ roleArn, externalId }: AwsAuthentication): Promise<AwsCredentialIdentity> =>
    roleArn === undefined ? credentials() : assume(roleArn, externalId);

  return async (request, how) => {
    let own: AwsCredentialIdentity;
    try {
      own = await credentialsFor(how);
    } catch (error) {
      logFailure(error, { service: how.service });
      const isDenied = error instanceof Error && /AccessDenied|InvalidIdentityToken/.test(error.name);
      return failed(isDenied ? 'stop' : 'retry', isDenied ? 'role-not-assumable' : 'role-not-there');
    }
    const target = new URL(request.url);
    const url = endpoint === undefined ? target : new URL(`${target.pathname}${target.search}`, endpoint);
    const signer = new SignatureV4({ credentials: own, region: how.region, service: how.service, sha256: Sha256 });
    const signed = await signer.sign(
      {
        method: request.method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port !== '' && { port: Number(url.port) }),
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...request.headers, host: url.host },
        body: request.body,
      },
      { signingDate: new Date(now()) },
    );
    return { ...request, url: url.href, headers: signed.headers };
  };
}
