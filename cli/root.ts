import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { UserError } from './user-error.ts';

/** Whether this is a checkout. An installed package has what was built from the sources, not the sources. */
export const isCheckout = import.meta.url.endsWith('.ts');

const above = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folder of the checkout, or of the installed package, where this is in `dist/`. */
export const projectRoot = isCheckout ? above : dirname(above);

/** Of Tributary. */
export const { version } = manifest;

/** @throws UserError where a command that deploys the sources runs from an installed package */
export function requireCheckout(command: string): void {
  if (isCheckout) return;
  throw new UserError(
    `"${command}" works in a checkout only, because it deploys the sources: clone Tributary's repository, and run "npm ci && npm start" in it.`,
  );
}
