import type { HttpCall } from '#core/api/http.ts';

/** A request as the functions behind HTTP see it. */
export function httpCall(
  method: string,
  {
    path,
    body = '',
    headers = {},
    rawQuery = '',
    sourceIp,
  }: {
    readonly path?: string;
    readonly body?: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
    readonly rawQuery?: string;
    readonly sourceIp?: string;
  } = {},
): HttpCall {
  return {
    method,
    origin: 'https://api.example.com',
    path: path ?? '/',
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawQuery,
    headers,
    body: Buffer.from(body as string),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}

/** The same with a token. */
export const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` });
