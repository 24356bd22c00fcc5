import { awsEnvironment, DEFAULT_REGION } from './environment.ts';
import { MINISTACK_CREDENTIALS, runningMinistack } from './ministack.ts';

/** What to put into the environment to reach the local AWS that this checkout has started, if it runs. */
export async function runningLocalEnvironment(root: string): Promise<Readonly<Record<string, string>> | undefined> {
  const running = await runningMinistack(root);
  return running && awsEnvironment(`http://127.0.0.1:${running.port}`, DEFAULT_REGION, MINISTACK_CREDENTIALS);
}
