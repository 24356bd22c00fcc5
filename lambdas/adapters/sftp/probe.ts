import type { SFTPWrapper } from 'ssh2';
import type { SftpTarget } from '#core/activation/files/target.ts';
import type { Secrets } from '#core/activation/http/secrets.ts';
import type { FileProbe } from '#core/activation/ports/file-receiver.ts';
import { failedStep, MAY_WRITE_NOT_TRIED, OK_SECRET, type ProbeStep } from '#core/activation/probe-step.ts';
import { loginOf, placeOf, type SftpSessionOptions, withSession } from './session.ts';

export interface SftpProbeDeps extends SftpSessionOptions {
  readonly secrets: Secrets;
}

/** Signs in to an SFTP server, and looks whether its folder is one. */
export function createSftpProbe(deps: SftpProbeDeps): FileProbe<SftpTarget> {
  return async (destinationId, target) => {
    const at = placeOf(destinationId, target);
    const passed: ProbeStep[] = [];
    let trying: ProbeStep['step'] = 'secret';
    try {
      const login = loginOf(await deps.secrets(destinationId), at);
      passed.push(OK_SECRET);
      trying = 'credentials';
      await withSession(target, login, at, deps, async (session) => {
        passed.push({ step: 'credentials', outcome: 'ok' });
        trying = 'receiver';
        if (!(await isFolder(session, target.folder))) throw new Error(`there is no folder ${target.folder}`);
      });
      return [...passed, { step: 'receiver', outcome: 'ok' }, MAY_WRITE_NOT_TRIED];
    } catch (error) {
      return [...passed, failedStep(trying, (error as Error).message)];
    }
  };
}

const isFolder = (session: Pick<SFTPWrapper, 'stat'>, path: string): Promise<boolean> =>
  new Promise((done) => session.stat(path, (error, stats) => done(!error && stats.isDirectory())));
