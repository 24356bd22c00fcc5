import { destroyLocal } from './deploy.ts';
import { findOrStartLocalAws, type LocalAws } from './endpoint.ts';
import { stopLocalAws } from './stop.ts';

/**
 * A local AWS in which nothing of an earlier start is left. The one of this checkout is ended, with all that it holds, and
 * another started; from one that `AWS_ENDPOINT_URL` names, which is not ours to end, the stacks are removed.
 */
export async function startAnew(options: {
  readonly root: string;
  readonly log: (line: string) => void;
  readonly running: (text: string) => void;
}): Promise<LocalAws> {
  const { root, log } = options;
  const found = await findOrStartLocalAws({ root, log });
  if (found.started) return found;
  if (!found.isOwn) {
    await destroyLocal({ ...options, aws: found, stage: 'local' });
    return found;
  }
  await stopLocalAws(root, log);
  // At the same address, which other shells may have been told.
  return await findOrStartLocalAws({ root, log, caller: {}, port: Number(new URL(found.endpoint).port) });
}
