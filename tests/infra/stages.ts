import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { buildTributary } from '#lib/app.ts';
import { selectStage } from '#lib/config/select.ts';
import type { Template, Templates } from '#tests/harness/poller/template.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Stages of the tests' own: adding or fitting one of those that are deployed changes nothing here. */
export const STAGE_NAMES = ['dev', 'prod', 'local'] as const;
type StageName = (typeof STAGE_NAMES)[number];

/** The feature flags that the command line would pass on. */
export const FLAGS = (JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> })
  .context;

const FIXTURES = join(ROOT, 'tests', 'fixtures', 'stages');

/** What a stage cannot do without: one that is protected needs somebody who is told about alarms. */
export function contextOf(stage: string, folder: string = FIXTURES): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(folder, `${stage}.yaml`), 'utf8');
  const needsSomebody = /^deletionProtection: true/m.test(text) && !/^alarm(Emails|TopicArn):/m.test(text);
  return needsSomebody ? { alarmEmails: 'operations@example.com' } : {};
}

export interface SynthOptions {
  /** What the command line would give as `-c key=value` besides the stage and what it cannot do without. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Adds something to the application before it is synthesised. */
  readonly extend?: (app: App) => void;
  /** Whether the rules of CloudFormation are asked; it takes seconds. @default false */
  readonly validate?: boolean;
  /** Where the files of the stages are. @default those of the tests */
  readonly folder?: string;
}

/** The templates of a stage, made in this process, with nothing in place of the functions' code. */
export function synthesise(stage: string, options: SynthOptions = {}): Templates {
  const assembly = assemble(stage, options);
  return Object.fromEntries(assembly.stacks.map((stack) => [stack.stackName, stack.template as Template]));
}

/** What is said of the stacks of a stage outside of their templates. */
export const stacksOf = (stage: string): CloudFormationStackArtifact[] => assemble(stage, {}).stacks;

function assemble(
  stage: string,
  { validate = false, extend, folder = FIXTURES, ...given }: SynthOptions,
): CloudAssembly {
  const context: Readonly<Record<string, unknown>> = { ...contextOf(stage, folder), ...given.context };
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), 'tributary-synth-')),
    context: { ...FLAGS, ...context, 'aws:cdk:bundling-stacks': [] },
    analyticsReporting: false,
    builtinCloudFormationValidation: validate,
  });
  buildTributary(
    app,
    selectStage((key) => (key === 'stage' ? stage : context[key]), folder),
  );
  extend?.(app);
  return app.synth({ skipValidation: !validate });
}

const made = new Map<StageName, Templates>();

/**
 * A folder with the stages of the tests, which have another number of lanes in their pool, and nobody who publishes what became of texts.
 * @param ownLanes whether their destinations have lanes of their own; else all have those of the pool
 */
export function stagesWithLanes(lanes: number, { ownLanes = true } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-lanes-'));
  for (const stage of STAGE_NAMES) {
    const text = readFileSync(join(FIXTURES, `${stage}.yaml`), 'utf8');
    const pooled = ownLanes ? text : text.replace(/^destinations:\n(?: .*\n)+/m, '');
    writeFileSync(
      join(folder, `${stage}.yaml`),
      pooled.replace(/^lanes: .*$/m, `lanes: ${lanes}`).replace(/^textEventAccounts: .*$/m, ''),
    );
  }
  return folder;
}

/** A folder with one of these stages, which has more settings. */
export function stageLike(stage: StageName, more: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-stage-'));
  writeFileSync(join(folder, `${stage}.yaml`), `${readFileSync(join(FIXTURES, `${stage}.yaml`), 'utf8')}\n${more}`);
  return folder;
}

let withEdgeProfiles: Templates | undefined;

/** Those of the stage `prod`, where it makes copies of profiles for the edge; made once for each test file. */
export function templatesWithEdgeProfiles(): Templates {
  withEdgeProfiles ??= synthesise('prod', { folder: stageLike('prod', 'edge: { profiles: written }') });
  return withEdgeProfiles;
}

/** The templates of a stage of the tests; made once for each test file. */
export function templatesOf(stage: StageName): Templates {
  const templates = made.get(stage) ?? synthesise(stage);
  made.set(stage, templates);
  return templates;
}
