import type { HttpOutcome } from '#core/activation/error-class.ts';

/** An answer of a fake vendor: a body that is a text as it is, everything else as JSON. */
export const respond = (
  status: number,
  body: object | string = '',
  headers: Readonly<Record<string, string>> = {},
): HttpOutcome => ({
  kind: 'response',
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
