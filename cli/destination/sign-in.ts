import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeIn, type SignInAttempt } from '#core/activation/http/sign-in.ts';

/** What a browser is shown at the end. */
const DONE = 'You are signed in. Close this window and go back to the terminal.';

/** Waits on this machine for the browser that comes back from a vendor. */
export interface Loopback {
  readonly redirectUri: string;
  /** The code, once a browser has brought one. */
  code(attempt: SignInAttempt): Promise<string>;
  close(): void;
}

/**
 * Listens on the loopback address, which no other machine reaches (RFC 8252 §7.3).
 * @param port 0 for any; vendors that want the address registered need one that stays the same
 */
export function listenForCode(port: number): Promise<Loopback> {
  let attempt: SignInAttempt | undefined;
  let found: (code: string) => void = () => {};
  const code = new Promise<string>((resolve) => {
    found = resolve;
  });
  const server = createServer((request, response) => {
    const read = attempt
      ? codeIn(`http://127.0.0.1${request.url ?? '/'}`, attempt)
      : { problem: 'nobody has begun to sign in' };
    // Browsers ask for an icon as well, and others may knock: only the address with the right state ends it.
    const isDone = 'code' in read;
    response.writeHead(isDone ? 200 : 400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(isDone ? DONE : read.problem);
    if (isDone) found(read.code);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: own } = server.address() as AddressInfo;
      resolve({
        redirectUri: `http://127.0.0.1:${own}/callback`,
        code: (of) => {
          attempt = of;
          return code;
        },
        close: () => void server.close(),
      });
    });
  });
}
