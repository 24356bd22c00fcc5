import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { IngestionMethod } from '#cli/stage/endpoints.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the platform says; tests look at what they expect in it
  readonly body: any;
}

/** A request to a door of a stage on this machine, as any client of HTTP makes it. */
export function callEndpoint(
  ingestionMethod: IngestionMethod,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${ingestionMethod.url}${path}`,
      { method, headers: { ...ingestionMethod.headers, ...headers } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const body = text.startsWith('{') ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode!, headers: response.headers, text, body });
        });
      },
    );
    call.once('error', reject);
    call.end(body);
  });
}

/** The same, signed as AWS wants it (Signature Version 4) for the URL of a function. */
export function callSigned(
  ingestionMethod: IngestionMethod,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '', AWS_REGION: region = '' } = process.env;
  const url = new URL(ingestionMethod.url);
  const host = ingestionMethod.headers.host ?? url.host;
  const escaped = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const search = Object.entries(query)
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&');
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${at.slice(0, 8)}/${region}/lambda/aws4_request`;
  const canonical = `GET\n${url.pathname.replace(/\/$/, '')}${path}\n${search}\nhost:${host}\nx-amz-date:${at}\n\nhost;x-amz-date\n${sha256('')}`;
  const key = scope.split('/').reduce<string | Buffer>((secretSoFar, part) => hmac(secretSoFar, part), `AWS4${secret}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  return callEndpoint(ingestionMethod, 'GET', `${path}?${search}`, { headers: { 'x-amz-date': at, authorization } });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
