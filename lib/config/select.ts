import type { z } from 'zod';
import { type StageConfig, stageConfigSchema } from './schema.ts';
import { STAGES } from './stages.ts';

/** What may be given on the command line as `-c key=value` besides `stage`; everything else is in `stages.ts`. */
const TEXT_OVERRIDES = ['account', 'region', 'alarmEmail', 'runbookUrl'] as const;

/** What whoever called can fix: the message says it all. */
export class StageError extends Error {
  override readonly name = 'StageError';
}

/**
 * The configuration of the stage that was asked for.
 * @param context reads a context value, `-c key=value` on the command line
 * @throws StageError that names the stages there are, or every value that is wrong and where
 */
export function selectStage(context: (key: string) => unknown): StageConfig {
  const name = context('stage');
  if (typeof name !== 'string' || !Object.hasOwn(STAGES, name)) {
    const found = name === undefined ? 'No stage was given' : `There is no stage ${JSON.stringify(name)}`;
    throw new StageError(
      `${found}. Choose one with -c stage=${Object.keys(STAGES).join('|')}, e.g. cdk deploy --all -c stage=dev`,
    );
  }
  const overrides: Record<string, unknown> = {};
  for (const key of TEXT_OVERRIDES) {
    const value = context(key);
    if (value !== undefined) overrides[key] = value;
  }
  const destinations = context('destinations');
  if (destinations !== undefined) overrides.destinations = parseDestinations(destinations);
  const result = stageConfigSchema.safeParse({ ...STAGES[name as keyof typeof STAGES], ...overrides });
  if (result.success) return result.data;
  throw new StageError(`The configuration of stage "${name}" is wrong:\n${describe(result.error)}`);
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

const describe = (error: z.ZodError): string =>
  error.issues.map((issue) => `  ${issue.path.join('.') || '(whole)'}: ${issue.message}`).join('\n');
