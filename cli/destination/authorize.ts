import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { printReport } from '#cli/output.ts';
import { UserError } from '#cli/user-error.ts';
import type { HttpClient } from '#core/activation/http/client.ts';
import {
  type Credentials,
  credential,
  readCredentials,
  type TokenAuthentication,
} from '#core/activation/http/credentials.ts';
import { codeIn, codeRequest, refreshTokenIn, type SignInAttempt, signInUrl } from '#core/activation/http/sign-in.ts';
import type { ProfileDestination } from '#core/activation/registry.ts';
import { requestTypeOf } from '#core/activation/registry.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { stageCommand } from './command.ts';
import { findDestination } from './find-destination.ts';
import { readSecret, writeSecret } from './secrets.ts';
import { listenForCode } from './sign-in.ts';

/** Registered at vendors as part of the redirect address. */
const DEFAULT_PORT = 8765;

interface Options {
  readonly stage: string;
  readonly port: number;
  readonly paste?: true;
  readonly json?: true;
}

export const authorizeCommand = (): Command =>
  stageCommand('authorize', 'sign in at the vendor of a destination, and store the refresh token in its secret')
    .option('--port <n>', 'of this machine, to which the browser comes back', parsePort, DEFAULT_PORT)
    .option('--paste', 'paste the address at which the browser ended, instead of listening for it')
    .action(authorize);

async function authorize(id: string, options: Options): Promise<void> {
  const { definition, resources } = await findDestination(id, options.stage);
  const type = requestTypeOf(definition);
  const how = type?.authentication(definition as ProfileDestination);
  if (how?.type !== 'oauth2RefreshToken') {
    throw new UserError(
      `Nobody signs in at a destination of type "${definition.type}": it authenticates in another way.`,
    );
  }
  const credentials = readCredentials(await readSecret(id, options.stage, resources));
  const ask = options.paste ? pasted(options.port) : listening(options.port);
  const refreshToken = await signIn(
    how,
    credentials,
    ask,
    createHttpClient({ allowPrivate: options.stage === 'local' }),
  );
  await writeSecret(id, options.stage, { refreshToken }, resources);
  printReport(
    options.json,
    { destination: id, signedIn: true },
    `"${id}" is signed in. Deliveries go on within a quarter of an hour.\n`,
  );
}

/** How the code comes from the browser to here. */
export type AskForCode = (url: (redirectUri: string) => { address: string; attempt: SignInAttempt }) => Promise<{
  readonly code: string;
  readonly attempt: SignInAttempt;
}>;

/**
 * Has a person sign in.
 * @returns the refresh token
 * @throws UserError where the vendor gives none
 */
export async function signIn(
  how: Extract<TokenAuthentication, { type: 'oauth2RefreshToken' }>,
  credentials: Credentials,
  ask: AskForCode,
  http: HttpClient,
): Promise<string> {
  const clientId = credential(credentials, 'clientId');
  if (clientId === undefined)
    throw new UserError('The secret has no "clientId": put it and "clientSecret" there first.');
  const { code, attempt } = await ask((redirectUri) => {
    const fresh = { redirectUri, state: secretText(), verifier: secretText() };
    return { address: signInUrl(how.signIn, clientId, fresh), attempt: fresh };
  });
  const request = codeRequest(how, credentials, code, attempt);
  const read = 'reason' in request ? request : refreshTokenIn(await http(request));
  if ('refreshToken' in read) return read.refreshToken;
  const hint =
    read.reason === 'no-refresh-token' ? ' The app at the vendor may lack the scope for offline access.' : '';
  throw new UserError(`The vendor gave no refresh token: ${read.reason}.${hint}`);
}

const secretText = (): string => randomBytes(32).toString('base64url');

const listening =
  (port: number): AskForCode =>
  async (urlFor) => {
    const loopback = await listenForCode(port).catch((error: NodeJS.ErrnoException) => {
      throw new UserError(`Port ${port} of this machine is taken (${error.code}): give another one with --port.`);
    });
    try {
      const { address, attempt } = urlFor(loopback.redirectUri);
      process.stderr.write(`Sign in here; the browser then comes back by itself:\n\n  ${address}\n\n`);
      return { code: await loopback.code(attempt), attempt };
    } finally {
      loopback.close();
    }
  };

const pasted =
  (port: number): AskForCode =>
  async (urlFor) => {
    const { address, attempt } = urlFor(`http://127.0.0.1:${port}/callback`);
    process.stderr.write(
      `Sign in here, then paste the address at which the browser ends, even if the page is empty:\n\n  ${address}\n\n`,
    );
    const input = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const read = codeIn(await input.question('Address: '), attempt);
      if ('problem' in read) throw new UserError(`Not signed in: ${read.problem}.`);
      return { code: read.code, attempt };
    } finally {
      input.close();
    }
  };

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('expected a port, 1 to 65535');
  return port;
}
