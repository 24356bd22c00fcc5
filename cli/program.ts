import completion from '@bomb.sh/tab/commander';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { endpointsCommand } from '#cli/commands/endpoints.ts';
import { ingestCommand } from '#cli/commands/ingest.ts';
import { activityCommand } from './commands/activity.ts';
import { audienceManagerCommand } from './commands/audience-manager.ts';
import { auditCommand } from './commands/audit.ts';
import { batchCommand } from './commands/batch.ts';
import { catalogCommand } from './commands/catalog.ts';
import { clientCommand } from './commands/client.ts';
import { consoleCommand } from './commands/console.ts';
import { datasetCommand } from './commands/dataset.ts';
import { destinationCommand } from './commands/destination.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exampleCommand } from './commands/example.ts';
import { expireCommand } from './commands/expire.ts';
import { exportCommand } from './commands/export.ts';
import { gatewayCommand } from './commands/gateway.ts';
import { identityCommand } from './commands/identity.ts';
import { initCommand } from './commands/init.ts';
import { lakeCommand } from './commands/lake.ts';
import { mappingCommand } from './commands/mapping.ts';
import { policyCommand } from './commands/policy.ts';
import { privacyCommand } from './commands/privacy.ts';
import { profileCommand } from './commands/profile.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { replayCommand } from './commands/replay.ts';
import { schemaCommand } from './commands/schema.ts';
import { segmentCommand } from './commands/segment.ts';
import { smokeCommand } from './commands/smoke.ts';
import { sourceConnectionCommand } from './commands/source-connection.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { helpOf } from './examples.ts';
import { errorLine, wantsJson } from './output.ts';
import { version } from './root.ts';
import { NotAllAccepted, UserError } from './user-error.ts';

/** The commands by what one is about. */
const GROUPS: Readonly<Record<string, readonly (() => Command)[]>> = {
  'On this machine:': [startCommand, consoleCommand, stopCommand, replayCommand, exampleCommand],
  'Definitions:': [initCommand, catalogCommand, schemaCommand, mappingCommand, segmentCommand, policyCommand],
  'Data:': [
    ingestCommand,
    batchCommand,
    quarantineCommand,
    datasetCommand,
    lakeCommand,
    sourceConnectionCommand,
    endpointsCommand,
  ],
  'Profiles:': [profileCommand, identityCommand, privacyCommand],
  'Callers of the API:': [clientCommand, auditCommand],
  'Pages:': [activityCommand, gatewayCommand],
  'Destinations:': [destinationCommand, exportCommand, audienceManagerCommand],
  'A running stage:': [statusCommand, smokeCommand, evaluateCommand, expireCommand],
};

/** All commands, ready to parse one command line. */
export function createProgram(): Command {
  const program = new Command('tributary')
    .description('A real-time customer data platform that runs in your own AWS account, or on your laptop')
    .version(version, '-V, --version', 'print the version of Tributary')
    .exitOverride()
    .showHelpAfterError('(--help says what there is)')
    .commandsGroup('Other:')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', helpOf('tributary'));
  for (const [group, commands] of Object.entries(GROUPS)) {
    for (const create of commands) {
      const command = throwing(create()).helpGroup(group);
      program.addCommand(command.addHelpText('after', helpOf(command.name())));
    }
  }
  completion(program, { completionCommandName: 'completion' });
  return program;
}

/** What commander finds wrong is thrown, of the commands below as well: they inherit nothing that comes after them. */
function throwing(command: Command): Command {
  for (const child of command.commands) throwing(child);
  return command.exitOverride();
}

/**
 * Runs one command line. An error goes to the standard error output, with `--json` as its last line once more for scripts.
 * @returns the exit code: 0 done, 1 not done, 2 the command line was not understood
 */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    if (isHelp) return 0;
    if (error instanceof NotAllAccepted) return 1;
    const code = exitCodeOf(error);
    if (wantsJson(args)) process.stderr.write(errorLine(error));
    if (code === undefined) throw error;
    return code;
  }
}

/** Tells people what they can fix. @returns undefined for anything else */
function exitCodeOf(error: unknown): number | undefined {
  // Commander has said what it is about.
  if (error instanceof CommanderError && !(error instanceof InvalidArgumentError)) return 2;
  if (!(error instanceof UserError || error instanceof InvalidArgumentError)) return undefined;
  process.stderr.write(`${error.message}\n`);
  return 1;
}
