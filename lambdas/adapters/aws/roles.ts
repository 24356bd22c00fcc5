import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '#core/ports/clock.ts';

const SESSION_S = 3_600;
/** A role's credentials are replaced so long before they end. */
const MARGIN_MS = 5 * 60_000;

export interface AwsCredentialIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type RoleCredentials = (roleArn: string, externalId: string | undefined) => Promise<AwsCredentialIdentity>;

/** Credentials of roles of other accounts, fetched once an hour. */
export function createRoleCredentials({
  sts,
  now,
}: {
  readonly sts: () => Pick<STSClient, 'send'>;
  readonly now: Clock;
}): RoleCredentials {
  const roles = new Map<string, { readonly credentials: AwsCredentialIdentity; readonly until: number }>();
  return async (roleArn, externalId) => {
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
    const credentials = {
      accessKeyId: found!.AccessKeyId!,
      secretAccessKey: found!.SecretAccessKey!,
      sessionToken: found!.SessionToken!,
    };
    roles.set(name, { credentials, until: now() + SESSION_S * 1000 - MARGIN_MS });
    return credentials;
  };
}
