import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '#cli/root.ts';

it('ends without a word where nobody reads its output to the end', async () => {
  const child = spawn(process.execPath, [join(projectRoot, 'bin', 'cli.ts'), '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => {
    stderr += part.toString();
  });
  const [code] = await once(child, 'close');
  expect([code, stderr]).toEqual([0, '']);
});
