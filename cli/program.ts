import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { endpointsCommand } from '#cli/commands/endpoints.ts';
import { ingestCommand } from '#cli/commands/ingest.ts';
import { audienceManagerCommand } from './commands/audience-manager.ts';
import { batchCommand } from './commands/batch.ts';
import { catalogCommand } from './commands/catalog.ts';
import { datasetCommand } from './commands/dataset.ts';
import { destinationCommand } from './commands/destination.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exampleCommand } from './commands/example.ts';
import { expireCommand } from './commands/expire.ts';
import { exportCommand } from './commands/export.ts';
import { identityCommand } from './commands/identity.ts';
import { lakeCommand } from './commands/lake.ts';
import { policyCommand } from './commands/policy.ts';
import { privacyCommand } from './commands/privacy.ts';
import { profileCommand } from './commands/profile.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { replayCommand } from './commands/replay.ts';
import { schemaCommand } from './commands/schema.ts';
import { segmentCommand } from './commands/segment.ts';
import { sourceConnectionCommand } from './commands/source-connection.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { NotAllAccepted, UserError } from './user-error.ts';

const COMMANDS = [
  startCommand,
  stopCommand,
  catalogCommand,
  schemaCommand,
  replayCommand,
  profileCommand,
  quarantineCommand,
  datasetCommand,
  lakeCommand,
  segmentCommand,
  ingestCommand,
  batchCommand,
  endpointsCommand,
  sourceConnectionCommand,
  privacyCommand,
  statusCommand,
  evaluateCommand,
  expireCommand,
  destinationCommand,
  exportCommand,
  identityCommand,
  exampleCommand,
  audienceManagerCommand,
  policyCommand,
];

/** All commands, ready to parse one command line. */
export function createProgram(): Command {
  const program = new Command('tributary')
    .description('A real-time customer data platform that runs in your own AWS account, or on your laptop')
    .exitOverride()
    .showHelpAfterError();
  for (const command of COMMANDS) program.addCommand(command().exitOverride());
  return program;
}

/** Runs one command line. @returns the exit code: 0 done, 1 not done, 2 the command line was not understood */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof NotAllAccepted) return 1;
    if (error instanceof UserError || error instanceof InvalidArgumentError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}
