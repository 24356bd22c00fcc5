import type { ServerResponse } from 'node:http';

/** What may be wrong with a stage that somebody looks at. */
export type Fault =
  /** The connection ends without an answer. */
  | { readonly kind: 'away' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** It answers when it is told to. */
  | { readonly kind: 'slow'; readonly until: Promise<unknown> };

/** Which calls of the API meet which fault. */
export type FaultOf = (path: string, method: string) => Fault | undefined;

/** @returns whether that was the answer */
export async function meetFault(fault: Fault | undefined, response: ServerResponse): Promise<boolean> {
  if (!fault) return false;
  if (fault.kind === 'slow') {
    await fault.until;
    return false;
  }
  if (fault.kind === 'away') response.destroy();
  else {
    response.writeHead(fault.status, { 'content-type': 'application/problem+json', ...fault.headers });
    response.end(JSON.stringify({ status: fault.status, title: `It is broken on purpose (${fault.status})` }));
  }
  return true;
}
