import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsAuthentication } from '#core/activation/http/credentials.ts';
import { failed } from '#core/activation/item-results.ts';
import type { AwsSigner } from '#core/activation/ports/aws-signer.ts';
import type { Clock } from '#core/ports/clock.ts';
import { logFailure } from '#lambdas/runtime/log.ts';

const SESSION_S = 3_600;
/** A role's credentials are replaced so long before they end. */
const MARGIN_MS = 5 * 60_000;

interface AwsCredentialIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Secret = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 as the signer wants it, by Node's own. */
class Sha256 {
  readonly #secret: Secret | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Secret) {
    this.#secret = secret;
    this.#hash = Sha256.#begin(secret);
  }

  static #begin(secret?: Secret): Hash | Hmac {
    return secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array);
  }

  update(chunk: string | Uint8Array): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = Sha256.#begin(this.#secret);
  }
}

export interface AwsSignerOptions {
  /** Of the function itself. */
  readonly credentials: () => Promise<AwsCredentialIdentity>;
  readonly sts: () => Pick<STSClient, 'send'>;
  readonly now: Clock;
  /** What answers in place of AWS, for every service. */
  readonly endpoint?: string | undefined;
}

interface Assumed {
  readonly credentials: AwsCredentialIdentity;
  readonly until: number;
}

/** Signs requests to services of AWS with the function's own credentials, or with those of a role in another account. */
export function createAwsSigner({ credentials, sts, now, endpoint }: AwsSignerOptions): AwsSigner {
  const roles = new Map<string, Assumed>();

  const assume = async (roleArn: string, externalId: string | undefined): Promise<AwsCredentialIdentity> => {
    const name = JSON.stringify([roleArn, externalId]);
    const known = roles.get(name);
    if (known && now() < known.until) return known.credentials;
    const { Credentials: found } = await sts().send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: 'tributary',
        DurationSeconds: SESSION_S,
        ...(externalId !== undefined && { ExternalId: externalId }),
      }),
    );
    const assumed = {
      accessKeyId: found!.AccessKeyId!,
      secretAccessKey: found!.SecretAccessKey!,
      sessionToken: found!.SessionToken!,
    };
    roles.set(name, { credentials: assumed, until: now() + SESSION_S * 1000 - MARGIN_MS });
    return assumed;
  };

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
