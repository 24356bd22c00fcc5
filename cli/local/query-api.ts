import { DEFAULT_ACCOUNT } from './environment.ts';

/** Where to ask, and as whom. */
export interface QueryTarget {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
}

/** A CloudFormation stack that exists. */
export interface StackFacts {
  readonly id: string;
  readonly status: string;
}

const TIMEOUT_MS = 10_000;

/** The account number the endpoint takes us for (STS GetCallerIdentity), or the usual one of emulators. */
export async function callerAccount(target: QueryTarget): Promise<string> {
  const text = await query(target, 'sts', { Action: 'GetCallerIdentity', Version: '2011-06-15' });
  return (text && tag(text, 'Account')) || DEFAULT_ACCOUNT;
}

/** A stack by name; `undefined` when it does not exist, was deleted, or the endpoint does not say. */
export async function describeStack(target: QueryTarget, name: string): Promise<StackFacts | undefined> {
  const text = await query(target, 'cloudformation', {
    Action: 'DescribeStacks',
    Version: '2010-05-15',
    StackName: name,
  });
  const id = text && tag(text, 'StackId');
  const status = text && tag(text, 'StackStatus');
  return id && status && status !== 'DELETE_COMPLETE' ? { id, status } : undefined;
}

/**
 * One call of AWS's Query protocol, unsigned: these are read-only questions to emulators, which find the service by the
 * credential scope. `undefined` for any rejection, so that every caller has to have an answer for "not known".
 */
async function query(
  target: QueryTarget,
  service: string,
  parameters: Record<string, string>,
): Promise<string | undefined> {
  const scope = `${target.accessKeyId}/20260101/${target.region}/${service}/aws4_request`;
  try {
    const response = await fetch(target.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
      body: new URLSearchParams(parameters).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  }
}

function tag(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
