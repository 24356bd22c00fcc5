import { detectLocalAws, type LocalAwsKind, parseEndpoint } from '#cli/local/detect.ts';

/** Where a door of a stage can be called from here. */
export interface IngestionMethod {
  /** What stands before the paths of AEP's APIs, without a slash at its end. */
  readonly url: string;
  /** What every request needs besides. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What answers in place of AWS, where anything does. */
export interface LocalAws {
  readonly endpoint: string;
  readonly kind: LocalAwsKind;
}

/** What the environment leads to in place of AWS. */
export async function localAws(): Promise<LocalAws | undefined> {
  const { AWS_ENDPOINT_URL } = process.env;
  const endpoint = AWS_ENDPOINT_URL && parseEndpoint(AWS_ENDPOINT_URL);
  return endpoint ? { endpoint, kind: (await detectLocalAws(endpoint)).kind } : undefined;
}

/**
 * A door's address as the stage knows it → as it can be called. In AWS they are the same. Something local that answers in
 * place of AWS gives functions host names that nobody resolves: it is called itself, and told which function is meant.
 * @param local what answers in place of AWS, and where
 */
export function reachableEndpoint(url: string, local?: LocalAws): IngestionMethod {
  if (!local) return { url: url.replace(/\/$/, ''), headers: {} };
  const host = hostOf(url);
  const [id] = host.split('.');
  if (local.kind === 'ministack') return { url: `${local.endpoint}/_aws/lambda-url/${id}`, headers: {} };
  return { url: local.endpoint, headers: { host } };
}

/** An HTTP API and the URL of a function are signed for as different services. */
export function signedFor(url: string): string {
  const [, service, region] = hostOf(url).split('.');
  return `${region}:${service === 'lambda-url' ? 'lambda' : service}`;
}

/** Not by `URL`: a LocalStack that names itself by its address makes hosts that end in it, which are no valid ones. */
const hostOf = (url: string): string => url.split('/')[2]!;
