import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findOrStartLocalAws } from '#cli/local/endpoint.ts';
import { enterLocalStage } from '#cli/local/environment.ts';
import { stopLocalAws } from '#cli/local/stop.ts';
import { projectRoot } from '#cli/root.ts';

/**
 * Set-up of the `local` tests: a local AWS for all of them. The one that `AWS_ENDPOINT_URL` names, else the one of this
 * checkout; what was not running before is ended afterwards.
 */
export default async function setup(): Promise<() => Promise<void>> {
  mkdirSync(join(projectRoot, '.local'), { recursive: true });
  const aws = await findOrStartLocalAws({ root: projectRoot, log: (line) => console.log(line) });
  enterLocalStage(projectRoot, aws.env);
  return async () => {
    if (aws.started) await stopLocalAws(projectRoot);
  };
}
