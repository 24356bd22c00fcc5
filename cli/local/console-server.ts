import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { consolePage, GUARDS } from '#core/api/console/page.ts';
import type { HttpAnswer } from '#core/api/http.ts';

/** Who is signed in, as the page is told. */
export interface ConsoleSession {
  readonly token: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly stage: string;
}

export interface ConsoleOptions {
  /** Where it was built to. */
  readonly folder: string;
  /** Exchanges a token that counts once. @returns undefined for one that does not count (any more) */
  openSession(onceToken: string): Promise<ConsoleSession | undefined>;
}

const MAX_BODY_BYTES = 4_096;
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** The console on this machine: its page for every address of a screen, its files, and the way to a session. */
export const consoleListener =
  (options: ConsoleOptions) =>
  (incoming: IncomingMessage, response: ServerResponse, path: string): boolean => {
    if (path !== '/console' && !path.startsWith('/console/')) return false;
    void answerOf(incoming, path, options)
      .catch((): HttpAnswer => said(500, 'The console cannot be shown'))
      .then((answer) => write(response, answer));
    return true;
  };

async function answerOf(incoming: IncomingMessage, path: string, options: ConsoleOptions): Promise<HttpAnswer> {
  if (path === '/console/session') return sessionOf(incoming, options);
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return said(405, 'Only GET is possible here');
  if (path.startsWith('/console/assets/')) return fileOf(path.slice('/console/'.length), options.folder);
  const built = await readFile(join(options.folder, 'index.html'), 'utf8').catch(() => undefined);
  if (built === undefined) return said(503, 'The console is not built: run "npm run build:console"');
  return consolePage(built, randomBytes(16).toString('base64url'));
}

async function sessionOf(incoming: IncomingMessage, { openSession }: ConsoleOptions): Promise<HttpAnswer> {
  if (incoming.method !== 'POST') return said(405, 'Only POST is possible here');
  const token = onceTokenIn(await bodyOf(incoming));
  if (token === undefined) return said(400, 'Expected {"token": "<the token of the address>"}');
  const session = await openSession(token);
  if (!session) return said(401, 'That address was used already, or is too old');
  return { status: 200, headers: { ...GUARDS, ...JSON_TYPE, 'cache-control': 'no-store' }, body: session };
}

/** @returns what does not fit is as good as none */
async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAX_BODY_BYTES) parts.push(part);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(parts).toString('utf8') : '';
}

function onceTokenIn(text: string): string | undefined {
  try {
    const { token } = (JSON.parse(text) ?? {}) as { token?: unknown };
    return typeof token === 'string' && token !== '' ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Files have their contents in their names, and never change. */
async function fileOf(name: string, folder: string): Promise<HttpAnswer> {
  const [file, type] = [join(folder, name), TYPES[extname(name)]];
  const isInside = file.startsWith(join(folder, 'assets') + sep);
  const bytes = isInside && type !== undefined ? await readFile(file).catch(() => undefined) : undefined;
  if (!bytes) return said(404, 'There is no such file');
  const headers = { ...GUARDS, 'content-type': type!, 'cache-control': 'public, max-age=31536000, immutable' };
  return { status: 200, headers, file: bytes };
}

const JSON_TYPE = { 'content-type': 'application/json' };

const said = (status: number, title: string): HttpAnswer => ({
  status,
  headers: { ...GUARDS, 'content-type': 'application/problem+json' },
  body: { status, title },
});

function write(response: ServerResponse, { status, headers, body, file }: HttpAnswer): void {
  response.writeHead(status, headers);
  response.end(file ?? (typeof body === 'string' ? body : JSON.stringify(body)));
}
