import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAGE_NAME, type StageConfig, stageConfigSchema } from './schema.ts';
import { StageError } from './stage-error.ts';
import { readStageFile, type StageProblem, stageProblems } from './stage-file.ts';

/** The stages of this checkout. */
export const STAGES_FOLDER = fileURLToPath(new URL('../../stages', import.meta.url));

/** What may be given on the command line as `-c key=value` besides `stage`; it goes before what the file says. */
const OVERRIDES: Readonly<Record<string, (value: unknown) => unknown>> = {
  account: (value) => value,
  region: (value) => value,
  alarmEmails: (value) => (typeof value === 'string' ? value.split(',').map((email) => email.trim()) : value),
  alarmTopicArn: (value) => value,
  runbookUrl: (value) => value,
  destinations: parseDestinations,
};

/** The names of the stages that a folder has a file of, in the order of the alphabet. */
export function stageNames(folder: string = STAGES_FOLDER): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * The configuration of the stage that was asked for.
 * @param context reads a context value, `-c key=value` on the command line
 * @param folder where the files of the stages are
 * @throws StageError that names the stages there are, or everything that is wrong, and where
 */
export function selectStage(context: (key: string) => unknown, folder: string = STAGES_FOLDER): StageConfig {
  const stage = chosen(context('stage'), folder);
  const name = `stages/${stage}.yaml`;
  const file = readStageFile(name, readFileSync(join(folder, `${stage}.yaml`), 'utf8'));
  if (file.problems.length > 0) throw wrong(stage, file.problems);

  const overrides: Record<string, unknown> = {};
  for (const [key, read] of Object.entries(OVERRIDES)) {
    const value = context(key);
    if (value !== undefined) overrides[key] = read(value);
  }
  const settings = { ...file.value, ...overrides };
  const result = stageConfigSchema.safeParse(settings);
  if (result.success) return { ...result.data, stage };
  const placeOf = (path: readonly PropertyKey[], isKey: boolean): string => {
    const [key] = path;
    if (key !== undefined && Object.hasOwn(overrides, key)) return `-c ${String(key)}=…`;
    return isKey ? file.atKey(path) : file.at(path);
  };
  throw wrong(stage, stageProblems(result.error, settings, placeOf));
}

function chosen(name: unknown, folder: string): string {
  const names = stageNames(folder);
  if (typeof name === 'string' && names.includes(name)) {
    if (STAGE_NAME.test(name)) return name;
    throw new StageError(
      `stages/${name}.yaml: a stage is called by at most 24 lower-case letters, digits and hyphens, a letter first. Rename the file.`,
    );
  }
  const found = name === undefined ? 'No stage was given' : `There is no stage ${JSON.stringify(name)}`;
  throw new StageError(
    `${found}. Choose one with -c stage=${names.join('|')}, e.g. cdk deploy --all -c stage=${names[0] ?? 'dev'}, or write stages/<name>.yaml (docs/operations/stages.md).`,
  );
}

/** On the command line a list arrives as JSON text, in cdk.json it may be a list already. */
function parseDestinations(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new StageError(
      `-c destinations=… is not JSON. Expected e.g. -c 'destinations=[{"id":"webhook","type":"http","maxConcurrency":5}]'`,
    );
  }
}

const wrong = (stage: string, problems: readonly StageProblem[]): StageError =>
  new StageError(
    [
      `The stage "${stage}" cannot be deployed:`,
      ...problems.map(({ where, message }) => `  ${where}  ${message}`),
      'All settings are described in docs/operations/stages.md.',
    ].join('\n'),
  );
