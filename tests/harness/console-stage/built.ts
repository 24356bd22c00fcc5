import { buildConsole } from '#cli/local/console-build.ts';
import { projectRoot } from '#cli/root.ts';

/** Set-up of tests that look at the console. */
export const setup = (): Promise<void> => buildConsole(projectRoot);
