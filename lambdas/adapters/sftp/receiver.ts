import type { SftpTarget } from '#core/activation/files/target.ts';
import type { Secrets } from '#core/activation/http/secrets.ts';
import type { FileReceiver } from '#core/activation/ports/file-receiver.ts';
import { putWhole } from './put-whole.ts';
import { loginOf, placeOf, type SftpSessionOptions, withSession } from './session.ts';

export interface SftpReceiverDeps extends SftpSessionOptions {
  readonly secrets: Secrets;
  /** Another for every call: of names that nobody else uses. */
  readonly newId: () => string;
}

/** Puts files on SFTP servers: under a name that nobody reads, then renamed, so that nobody ever sees half of one. */
export function createSftpReceiver(deps: SftpReceiverDeps): FileReceiver<SftpTarget> {
  return async (destinationId, target, file) => {
    const at = placeOf(destinationId, target);
    const login = loginOf(await deps.secrets(destinationId), at);
    await withSession(target, login, at, deps, (session) => putWhole(session, target.folder, file, deps.newId()));
  };
}
