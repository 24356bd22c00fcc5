import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#cli/root.ts';
import { copyOfCheckout } from '#tests/harness/copy-of-checkout.ts';

/**
 * Brings faults back that were once in the product, one after the other, in a copy of the checkout, and runs the tests
 * that ought to find them: `npm run test:faults [name …]`. A fault that no test finds is a hole in the tests, and a patch
 * that does not apply any more has to be made anew.
 */
interface Fault {
  /** One sentence. */
  readonly fault: string;
  /** Test files of which at least one has to fail. */
  readonly 'found-by': readonly string[];
  /** As `TRIBUTARY_RUNS`: of how many cases it takes to find it, where those of the quick stage are not enough. */
  readonly runs?: number;
}

const FOLDER = join(projectRoot, 'tests', 'faults');
const run = promisify(execFile);

/** How many tests failed, of how many that ran. A file that cannot even be loaded has shown nothing. */
async function testsIn(
  copy: string,
  files: readonly string[],
  { runs, ...options }: { readonly runs?: number | undefined; readonly bail: number },
): Promise<{ failed: number; ran: number }> {
  const output = join(copy, 'result.json');
  await rm(output, { force: true });
  const args = ['vitest', 'run', '--project', 'unit', '--project', 'alone-in-process', '--project', 'infra'];
  const report = ['--reporter', 'json', '--outputFile', output, `--bail=${options.bail}`];
  const env = { ...process.env, ...(runs !== undefined && { TRIBUTARY_RUNS: String(runs) }) };
  await run('npx', [...args, ...report, ...files], { cwd: copy, env, maxBuffer: 256 * 1024 ** 2 }).catch(
    () => undefined,
  );
  const text = await readFile(output, 'utf8').catch(() => undefined);
  if (text === undefined) return { failed: 0, ran: 0 };
  const result = JSON.parse(text) as { numFailedTests: number; numPassedTests: number };
  return { failed: result.numFailedTests, ran: result.numFailedTests + result.numPassedTests };
}

/** @returns what is wrong, or nothing where the fault was found */
async function seek(copy: string, name: string, { 'found-by': files, runs }: Fault): Promise<string | undefined> {
  const patch = join(FOLDER, `${name}.patch`);
  const apply = (...more: string[]) => run('git', ['apply', '--whitespace=nowarn', ...more, patch], { cwd: copy });
  try {
    await apply();
  } catch (error) {
    return `the patch does not apply: ${(error as { stderr?: string }).stderr?.split('\n')[0] ?? error}`;
  }
  try {
    const { failed, ran } = await testsIn(copy, files, { runs, bail: 1 });
    if (ran === 0) return `no test ran: ${files.join(', ')}`;
    return failed === 0 ? `not found: ${ran} tests passed in ${files.join(', ')}` : undefined;
  } finally {
    await apply('--reverse');
  }
}

const faults = JSON.parse(await readFile(join(FOLDER, 'faults.json'), 'utf8')) as Record<string, Fault>;
const patches = (await readdir(FOLDER)).filter((file) => file.endsWith('.patch')).map((file) => file.slice(0, -6));
const wanted = process.argv.slice(2);
const names = Object.keys(faults).filter((name) => wanted.length === 0 || wanted.includes(name));
const complaints = [
  ...patches.filter((name) => !faults[name]).map((name) => `${name}: not in faults.json`),
  ...wanted.filter((name) => !faults[name]).map((name) => `${name}: there is no such fault`),
];
const copy = await copyOfCheckout('faults');
try {
  // A test that fails anyway finds everything.
  const files = [...new Set(names.flatMap((name) => faults[name]!['found-by']))];
  const before = await testsIn(copy, files, { bail: 0 });
  if (before.failed > 0)
    throw new Error(`${before.failed} of ${before.ran} tests fail without any fault: mend them first`);
  console.log(`${before.ran} tests in ${files.length} files pass without any fault`);
  for (const name of names) {
    const complaint = await seek(copy, name, faults[name]!);
    console.log(`${complaint === undefined ? 'found' : 'FAILED'}  ${name}: ${complaint ?? faults[name]!.fault}`);
    if (complaint !== undefined) complaints.push(`${name}: ${complaint}`);
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}
if (names.length === 0) complaints.push(`no fault was looked for in ${dirname(FOLDER)}`);
for (const complaint of complaints) console.error(complaint);
console.log(`${names.length - complaints.length} of ${names.length} faults were found`);
process.exitCode = complaints.length === 0 ? 0 : 1;
