import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { buildTributary } from '#lib/app.ts';
import type { StageName } from '#lib/config/schema.ts';
import { selectStage } from '#lib/config/select.ts';
import { STAGES } from '#lib/config/stages.ts';
import type { Template, Templates } from '#tests/harness/poller/template.ts';

export const STAGE_NAMES: readonly StageName[] = ['dev', 'prod', 'local'];

const ROOT = join(import.meta.dirname, '..', '..');
/** The feature flags that the command line would pass on. */
export const FLAGS = (JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> })
  .context;

/** What a stage cannot do without: one that is protected needs somebody who is told about alarms. */
export const contextOf = (stage: StageName): Readonly<Record<string, unknown>> =>
  STAGES[stage].deletionProtection ? { alarmEmail: 'operations@example.com' } : {};

export interface SynthOptions {
  /** What the command line would give as `-c key=value` besides the stage and what it cannot do without. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Adds something to the application before it is synthesised. */
  readonly extend?: (app: App) => void;
  /** Whether the rules of CloudFormation are asked; it takes seconds. @default false */
  readonly validate?: boolean;
}

/** The templates of a stage, made in this process, with nothing in place of the functions' code. */
export function synthesise(stage: StageName, { validate = false, extend, ...given }: SynthOptions = {}): Templates {
  const context: Readonly<Record<string, unknown>> = { ...contextOf(stage), ...given.context };
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), 'tributary-synth-')),
    context: { ...FLAGS, ...context, 'aws:cdk:bundling-stacks': [] },
    analyticsReporting: false,
    builtinCloudFormationValidation: validate,
  });
  buildTributary(
    app,
    selectStage((key) => (key === 'stage' ? stage : context[key])),
  );
  extend?.(app);
  const assembly = app.synth({ skipValidation: !validate });
  return Object.fromEntries(assembly.stacks.map((stack) => [stack.stackName, stack.template as Template]));
}

const made = new Map<StageName, Templates>();

/** The templates of a stage as it is shipped; made once for each test file. */
export function templatesOf(stage: StageName): Templates {
  const templates = made.get(stage) ?? synthesise(stage);
  made.set(stage, templates);
  return templates;
}
