import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localPaths } from '#cli/local/paths.ts';
import { ensureVenv, type PythonProgram } from '#cli/local/python.ts';
import { UserError } from '#cli/user-error.ts';
import { STAGES_FOLDER, stageNames } from '#lib/config/select.ts';
import type { Template, Templates } from '#tests/harness/poller/template.ts';
import { synthesise } from '#tests/infra/stages.ts';
import { type Finding, findingsSchema, type Planted, problemsOf } from './findings.ts';

/**
 * Reads the templates of all stages with cfn-lint, and one more with a fault in it. Without a Python it says what did not
 * run, and fails only where `TRIBUTARY_CHECKS=all` asks for everything.
 */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const STAGES = stageNames();
const WHAT = `cfn-lint over the templates of the stages ${STAGES.join(', ')}`;

const CFN_LINT: PythonProgram = {
  name: 'cfn-lint',
  installing: 'cfn-lint (about 150 MB, once)',
  modules: ['cfnlint'],
  why: 'cfn-lint, which reads the templates, is a Python program; it is installed into .local/cfn-lint/venv and nowhere else.',
  orElse: 'All other checks run without it.',
};

/** A reference to a resource that there is not: only who reads the whole template sees it. */
function plant(templates: Templates): { readonly planted: Planted; readonly template: Template } {
  const stack = Object.keys(templates).find((name) => name.endsWith('-data'))!;
  const template = structuredClone(templates[stack]!) as { Resources: Record<string, unknown> } & Template;
  template.Resources.Planted = {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: [{ Ref: 'NoSuchQueue' }], PolicyDocument: { Version: '2012-10-17', Statement: [] } },
  };
  return { planted: { file: 'planted.json', rule: 'E1020' }, template };
}

/** @throws Error where cfn-lint itself fails */
function lint(python: string, folder: string, files: readonly string[]): Finding[] {
  const args = [join(dirname(python), 'cfn-lint'), '--format', 'json', '--', ...files];
  const { error, status, stdout, stderr } = spawnSync(python, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  // 1 is an error of cfn-lint itself; what it finds are 2, 4 and 8, added up.
  if (error !== undefined || status === null || status % 2 === 1) {
    throw new Error(`cfn-lint ended with ${error?.message ?? status}.\n${stderr}${stdout}`);
  }
  return findingsSchema.parse(JSON.parse(stdout));
}

function check(python: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-cfn-lint-'));
  try {
    const all = STAGES.map((stage) => synthesise(stage, { folder: STAGES_FOLDER }));
    const { planted, template } = plant(all[0]!);
    const texts = Object.entries({ ...Object.assign({}, ...all), [planted.file.replace('.json', '')]: template });
    for (const [name, text] of texts) writeFileSync(join(folder, `${name}.json`), JSON.stringify(text, undefined, 1));
    const files = texts.map(([name]) => `${name}.json`);
    const problems = problemsOf(lint(python, folder, files), planted);
    if (problems.length === 0)
      console.log(`${WHAT}: ${files.length - 1} templates, nothing found but what is excepted`);
    return problems;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const base = join(localPaths(ROOT).base, 'cfn-lint');
let python: string | undefined;
try {
  python = ensureVenv({
    program: CFN_LINT,
    venv: join(base, 'venv'),
    requirements: join(import.meta.dirname, 'requirements.txt'),
    logFile: join(base, 'install.log'),
    log: (line) => console.log(line),
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`Not run: ${WHAT}. ${error.message}`);
  if (process.env.TRIBUTARY_CHECKS === 'all') process.exitCode = 1;
}
if (python !== undefined) {
  const problems = check(python);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
