import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chosen, type Ended, exitCodeOf, type Note, summary } from './notes.ts';

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

async function run(name: string): Promise<Ended> {
  const notes: Note[] = [];
  const bench = fork(join(import.meta.dirname, `${name}.bench.ts`), {
    env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'SILENT' },
  });
  bench.on('message', (asserted) => notes.push(asserted as Note));
  const [code] = (await once(bench, 'close')) as [number | null];
  return { name, code: code ?? 1, notes };
}

const wanted = process.argv.slice(2);
const ended: Ended[] = [];
try {
  for (const name of chosen(wanted, readdirSync(import.meta.dirname))) ended.push(await run(name));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
const lines = summary(ended);
if (lines.length > 0) console.log(`\nNot measured, or not on the real data\n\n${lines.join('\n')}`);
process.exitCode = exitCodeOf(ended, wanted);
