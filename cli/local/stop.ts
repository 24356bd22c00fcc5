import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endServer } from './background.ts';
import { gatewayServer } from './gateway.ts';
import { withLock } from './lock.ts';
import { ministackMarker } from './ministack.ts';
import { localPaths } from './paths.ts';
import { type Ending, endFamily, listProcesses, type ProcessInfo } from './processes.ts';
import { shopServer } from './shop.ts';
import { sinkServer } from './sink.ts';
import { removeState } from './state.ts';

/** What was ended, and how. */
export interface Stopped {
  readonly ministack: Ending;
  readonly sink: Ending;
  readonly gateway: Ending;
  readonly shop: Ending;
  /** Lambda workers that had outlived their emulator. */
  readonly orphans: number;
}

/**
 * Ends the local cloud this checkout started: the embedded MiniStack with its Lambda workers, the sink, the gateway and
 * the shop. Nothing else is touched; a local AWS named by AWS_ENDPOINT_URL belongs to whoever started it. The data of the emulator go with it;
 * the installation and the logs stay.
 */
export async function stopLocalAws(root: string, log: (line: string) => void = () => {}): Promise<Stopped> {
  const paths = localPaths(root);
  return withLock(join(paths.base, 'ministack.lock'), async () => {
    const wasStarted = existsSync(paths.ministack.state);
    const [shop, gateway, sink, ministack] = await Promise.all([
      endServer(shopServer(root)),
      endServer(gatewayServer(root)),
      endServer(sinkServer(root)),
      endServer({ paths: paths.ministack, marker: ministackMarker(root) }),
    ]);
    const orphans = await endOrphans(paths.ministack.run);
    rmSync(paths.ministack.run, { recursive: true, force: true });
    if (wasStarted) {
      // They describe stacks that are gone with it.
      removeState(paths.deployRecord);
      removeState(paths.outputs);
    }
    const stopped = { ministack, sink, gateway, shop, orphans };
    for (const line of linesAbout(stopped)) log(line);
    return stopped;
  });
}

function linesAbout({ ministack, sink, gateway, shop, orphans }: Stopped): string[] {
  const stopped = (what: string, ending: Ending): string[] =>
    ending === 'absent' ? [] : [`Stopped ${what}${ending === 'killed' ? ' (it had to be killed)' : ''}.`];
  const plural = orphans === 1 ? '' : 'es';
  const lines = [
    ...stopped('MiniStack', ministack),
    ...(orphans > 0 ? [`Ended ${orphans} Lambda process${plural} left by an earlier MiniStack.`] : []),
    ...stopped('the sink', sink),
    ...stopped('the gateway', gateway),
    ...stopped('the shop', shop),
  ];
  return lines.length > 0 ? lines : ['Nothing was running.'];
}

/** A Lambda worker's script lies in the run directory of its emulator, so its command line says whose it is. */
export function orphansOf(runDirectory: string, processes: readonly ProcessInfo[]): ProcessInfo[] {
  return processes.filter(
    (one) => one.pid !== process.pid && one.command.includes(`${runDirectory}/tmp/ministack-lambda-`),
  );
}

async function endOrphans(runDirectory: string): Promise<number> {
  const orphans = orphansOf(runDirectory, await listProcesses());
  for (const orphan of orphans) await endFamily(orphan, runDirectory, 1_000);
  return orphans.length;
}
