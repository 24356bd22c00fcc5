import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { clientStoreOf, createClient } from '#cli/stage/clients.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { userOfMachine } from '#cli/stage/user-of-machine.ts';
import { activeClient } from '#core/callers/client.ts';
import { SCOPES } from '#core/contract/scopes.ts';
import { localPaths } from './paths.ts';
import { readState } from './state.ts';

/** As whom the console on this machine calls the local stage. */
export const consoleClient = z.object({ id: z.string(), secret: z.string(), name: z.string(), stage: z.string() });
export type ConsoleClient = z.infer<typeof consoleClient>;

/** Whoever sits at this machine may do everything with its own stage. */
const EVERYTHING = Object.entries(SCOPES).map(([name, kind]) =>
  'isNeeded' in kind && kind.isNeeded ? `${name}:*` : name,
);

/** Makes the client of the console where the stage does not know it; its secret is for the user of this machine only. */
export async function ensureConsoleClient(root: string, resources: Resources, stage: string): Promise<void> {
  const { client: file } = localPaths(root).console;
  const known = readState(file, consoleClient);
  if (known?.stage === stage && activeClient(await clientStoreOf(resources).read(), known.id)) return;
  const name = userOfMachine() ?? 'This machine';
  const made = await createClient(resources, {
    name: 'Console on this machine',
    scopes: EVERYTHING,
    createdBy: name,
  });
  const kept: ConsoleClient = { id: made.client.id, secret: made.secret, name, stage };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
}
