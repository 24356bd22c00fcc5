import { UserError } from '#cli/user-error.ts';
import { isObject } from '#core/util/is-object.ts';
export type LocalAwsKind = 'ministack' | 'localstack' | 'other';

/** What an endpoint can do beyond what the product always needs. */
export interface Capabilities {
  /** API Gateway HTTP APIs can be created. */
  readonly httpApi: boolean;
  /** CloudWatch dashboards are created (and not skipped silently). */
  readonly dashboards: boolean;
  /** EventBridge Scheduler schedules fire (EventBridge rules do everywhere). */
  readonly scheduler: boolean;
}

export interface Detected {
  readonly kind: LocalAwsKind;
  readonly capabilities: Capabilities;
  /** Tells one run of the emulator from the next where it says so; else empty. */
  readonly instance: string;
}

const NOTHING_EXTRA: Capabilities = { httpApi: false, dashboards: false, scheduler: false };
const ALL: Capabilities = { httpApi: true, dashboards: true, scheduler: true };
const TIMEOUT_MS = 5_000;

/** The endpoint a user asked for, normalised (no trailing slash), or an error that says what is wrong with it. */
export function parseEndpoint(text: string): string {
  const say = (what: string) =>
    new UserError(
      `AWS_ENDPOINT_URL is "${text}": ${what}. It must be the address of a local AWS, e.g. http://127.0.0.1:4566`,
    );
  if (!URL.canParse(text)) throw say('not a URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw say('neither http nor https');
  if (/(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(url.hostname)) {
    throw say('AWS itself. Deploy there with `cdk deploy -c stage=dev`, not as a local cloud');
  }
  if (url.pathname !== '/' || url.search !== '') throw say('more than host and port');
  return url.origin;
}

/** Asks what answers at `endpoint`. Throws, with the reason and what to do, when nothing does. */
export async function detectLocalAws(endpoint: string): Promise<Detected> {
  const ready = await getJson(endpoint, '/_ministack/ready');
  if (isObject(ready) && 'status' in ready) return { kind: 'ministack', capabilities: ALL, instance: '' };

  const health = await getJson(endpoint, '/_localstack/health');
  if (isObject(health) && isObject(health.services)) {
    const { services } = health;
    const info = await getJson(endpoint, '/_localstack/info');
    const licensed = isObject(info) && info.is_license_activated === true;
    return {
      kind: 'localstack',
      capabilities: { httpApi: 'apigatewayv2' in services, dashboards: licensed, scheduler: licensed },
      instance: isObject(info) && typeof info.session_id === 'string' ? info.session_id : '',
    };
  }
  return { kind: 'other', capabilities: NOTHING_EXTRA, instance: '' };
}

/** Whether MiniStack on this endpoint says that it is ready. */
export async function ministackIsReady(endpoint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(1_000);
    const response = await fetch(`${endpoint}/_ministack/ready`, { signal });
    const body: unknown = await response.json();
    return response.ok && isObject(body) && body.status === 'completed';
  } catch {
    return false;
  }
}

/** The JSON at a path, or `undefined` when something else answers. Throws when nothing answers. */
async function getJson(endpoint: string, path: string): Promise<unknown> {
  let text: string;
  try {
    const response = await fetch(`${endpoint}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    text = await response.text();
  } catch (error) {
    throw new UserError(
      `Nothing answers at ${endpoint} (${reasonOf(error)}). ` +
        'AWS_ENDPOINT_URL names it: start that local AWS first, correct the address, or unset the variable to use the one that comes along.',
      { cause: error },
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  const cause = error.cause;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
