import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { localEnvironment } from '#cli/local/environment.ts';
import { nodeBinDirectory } from '#cli/local/paths.ts';

const run = promisify(execFile);

/** The commands of one checkout, on one local AWS; each is a process of its own, as for its users. */
export function commandLineOf(root: string, aws: Readonly<Record<string, string>>) {
  const env = localEnvironment(root, process.env, aws);
  const command = async (...args: readonly string[]): Promise<string> => {
    const given = [join(root, 'bin', 'cli.ts'), ...args];
    const options = { cwd: root, env, maxBuffer: 256 * 1024 ** 2 };
    const { stdout } = await run(join(nodeBinDirectory(root), 'node'), given, options).catch((error: Error) => {
      throw new Error(
        `tributary ${args.join(' ')} of ${root}: ${error.message}\n${(error as { stdout?: string }).stdout}`,
      );
    });
    return stdout;
  };
  const json = async <T>(...args: readonly string[]): Promise<T> => JSON.parse(await command(...args, '--json')) as T;
  return { command, json };
}
