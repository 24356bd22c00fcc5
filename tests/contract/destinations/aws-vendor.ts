import { Buffer } from 'node:buffer';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, VendorWorld } from './conformance.ts';
import { respond } from './respond.ts';

/** What the services of AWS that take messages have in common, in memory. */
export interface FakeAws {
  /** What is in the place of the signature of a request. */
  readonly service: string;
  readonly target: string;
  readonly url: string;
  /** Takes a call whose limits are kept. */
  call(body: never, taken: (message: string) => void, world: VendorWorld): object | Rejection;
}

export class Rejection {
  readonly code: string;
  constructor(code: string) {
    this.code = code;
  }
}

interface Message {
  readonly identityMap: { readonly crmid: readonly { readonly id: string }[] };
  readonly segmentMembership: { readonly ups: Readonly<Record<string, { readonly status: string }>> };
}

/** Whom a message is about. */
export const personIn = (message: string): string => (JSON.parse(message) as Message).identityMap.crmid[0]!.id;
export const bytesOf = (text: string): number => Buffer.byteLength(text);

/** How the suite tries a service of AWS that takes messages: its readers fold them in the order in which they came. */
export const awsConformance = (fake: FakeAws, destination: Readonly<Record<string, unknown>>): Conformance => ({
  destination,
  secret: {},
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`)] }),
  person: (n) => `C-${n}`,
  vendor: (world) => {
    const members = new Set<string>();
    const read = (message: string): void => {
      const who = personIn(message);
      for (const [segment, { status }] of Object.entries((JSON.parse(message) as Message).segmentMembership.ups)) {
        status === 'realized' ? members.add(`${who}|${segment}`) : members.delete(`${who}|${segment}`);
      }
    };
    return { members: () => members, answer: (request) => answer(fake, request, read, world) };
  },
  throttled: respond(400, { __type: 'ThrottlingException', message: 'Rate exceeded' }),
});

function answer(
  { service, target, url, call }: FakeAws,
  request: HttpRequest,
  read: (message: string) => void,
  world: VendorWorld,
): HttpOutcome {
  const error = (code: string): HttpOutcome => respond(400, { __type: `com.amazonaws#${code}`, message: 'no' });
  const { authorization, 'x-amz-target': asked } = request.headers;
  if (authorization !== `signed for ${service} in eu-central-1`) return error('AccessDeniedException');
  if (request.method !== 'POST' || request.url !== url || asked !== target) return error('UnknownOperationException');
  const result = call(JSON.parse(request.body) as never, read, world);
  return result instanceof Rejection ? error(result.code) : respond(200, result);
}
