import type { HttpRequest } from '#core/activation/http/client.ts';

export const MASK = '***';

const SECRET_HEADER = /authorization|cookie|token|secret|api-?key|password/i;
const SECRET_PARAMETER = /token|secret|key|password|signature|^sig$|^auth/i;

/** A request as it may be shown to anybody: how it authenticates can be seen, with what cannot. */
export interface MaskedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request with a mask in the place of everything secret in its address and headers; its body stays as it is. */
export const masked = ({ method, url, headers, body }: HttpRequest): MaskedRequest => ({
  method,
  url: maskedUrl(url),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, maskedHeader(name, value)])),
  body,
});

function maskedHeader(name: string, value: string): string {
  if (/signature/i.test(name)) return value.replace(/(v1=)[0-9a-f]+/i, `$1${MASK}`);
  if (!SECRET_HEADER.test(name)) return value;
  const [scheme, rest] = value.split(' ', 2);
  return rest === undefined ? MASK : `${scheme} ${MASK}`;
}

/** A password, and parameters that sound like secrets, made unreadable. */
export function maskedUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = MASK;
  for (const name of [...url.searchParams.keys()]) {
    if (SECRET_PARAMETER.test(name)) url.searchParams.set(name, MASK);
  }
  return url.href;
}
