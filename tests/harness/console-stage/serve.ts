import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { consoleListener } from '#cli/local/console-server.ts';
import { routeTo } from '#cli/local/gateway-server.ts';
import { projectRoot } from '#cli/root.ts';
import { ROLES, type Role } from '#core/contract/roles.ts';
import { type Fault, type FaultOf, meetFault } from './faults.ts';
import type { ConsoleStage } from './stage.ts';

/** Work that a stage has after a change is done this long after it, in its own time. */
const AFTER_CHANGE_MS = 60_000;

export interface ServedStage {
  readonly url: string;
  /** An address that signs in once. */
  signInAddress(...roles: readonly Role[]): string;
  /** What calls of the API meet from now on. */
  fail(fault: Fault | FaultOf | undefined): void;
  close(): Promise<void>;
}

/** The console and the API of a stage at one address of this machine. */
export async function serveStage(stage: ConsoleStage, port = 0): Promise<ServedStage> {
  const onceTokens = new Map<string, readonly Role[]>();
  let faultOf: FaultOf = () => undefined;
  const showConsole = consoleListener({
    folder: join(projectRoot, 'console', 'dist'),
    openSession: async (once) => {
      const roles = onceTokens.get(once);
      if (roles === undefined) return undefined;
      onceTokens.delete(once);
      const scopes = [...new Set(roles.flatMap((role) => ROLES[role].scopes))];
      return { token: await stage.tokenOf(...roles), name: roles.join(', '), scopes, stage: stage.name };
    },
  });
  const server = createServer(async (incoming, response) => {
    const path = (incoming.url ?? '/').split('?', 1)[0]!;
    if (showConsole(incoming, response, path)) return;
    if (await meetFault(faultOf(path, incoming.method!), response)) return;
    await answerCall(stage, incoming, response, path);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    signInAddress(...roles) {
      const once = randomBytes(16).toString('base64url');
      onceTokens.set(once, roles.length > 0 ? roles : ['admin']);
      return `${url}/console/#token=${once}`;
    },
    fail: (fault) => {
      faultOf = typeof fault === 'function' ? fault : () => fault;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerCall(
  stage: ConsoleStage,
  incoming: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const name = routeTo(path, incoming.method)?.[1].function;
  const handler = name === undefined ? undefined : stage.handlers[name];
  if (!handler) return void response.writeHead(404).end();
  const answer = await handler(await eventOf(incoming, path));
  response.writeHead(answer.statusCode ?? 500, answer.headers as Record<string, string>);
  response.end(Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8'));
  if (incoming.method !== 'GET') await stage.pass(AFTER_CHANGE_MS);
}

async function eventOf(incoming: IncomingMessage, rawPath: string): Promise<APIGatewayProxyEventV2> {
  const rawQueryString = (incoming.url ?? '').split(/\?(.*)/s)[1] ?? '';
  const body = Buffer.concat(await incoming.toArray()).toString('base64');
  return {
    routeKey: '$default',
    rawPath,
    rawQueryString,
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    headers: incoming.headers,
    requestContext: { http: { method: incoming.method, sourceIp: '127.0.0.1' }, domainName: incoming.headers.host },
    body,
    isBase64Encoded: true,
  } as unknown as APIGatewayProxyEventV2;
}
