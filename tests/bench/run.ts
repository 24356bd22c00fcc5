import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `npm run bench -- [NAME…]`: runs the benches one after the other, each in a process of its own. With `--large`, what
 * follows are options of the one that takes minutes.
 */
const large = process.argv.indexOf('--large');
if (large >= 0) {
  const script = join(import.meta.dirname, 'large', 'large.ts');
  const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(large + 1)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
const wanted = process.argv.slice(2);
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.startsWith(name)))
  .sort();
for (const file of files) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, file)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
