import { request } from 'node:http';
import type { HttpRequest } from '#core/activation/http/client.ts';

/**
 * A vendor calls its customer. The address that it was told leads nowhere on this machine: what is below it is asked for where
 * it really is.
 * @returns the status of the answer
 */
export function callCustomer(
  { method, url, headers, body, timeoutMs }: HttpRequest,
  { url: origin, headers: more }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Promise<number> {
  const { pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = request(
      `${origin}${pathname}${search}`,
      { method, headers: { ...headers, ...more }, timeout: timeoutMs },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      },
    );
    call.once('timeout', () => call.destroy(new Error('the customer does not answer')));
    call.once('error', reject);
    call.end(body);
  });
}
