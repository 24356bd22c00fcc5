import { Command } from 'commander';
import { authorizeCommand } from '#cli/destination/authorize.ts';
import { errorsCommand } from '#cli/destination/errors.ts';
import { explainCommand } from '#cli/destination/explain.ts';
import { guardCommands } from '#cli/destination/guard-commands.ts';
import { operatingCommands } from '#cli/destination/operating.ts';
import { previewCommand } from '#cli/destination/preview.ts';
import { reconcileCommand } from '#cli/destination/reconcile.ts';
import { testCommand } from '#cli/destination/test-command.ts';
import { typeCommands } from '#cli/destination/type-commands.ts';

export function destinationCommand(): Command {
  const command = new Command('destination').description(
    'see what is delivered to destinations; set up, pause, resume, release, replay',
  );
  const parts = [
    ...typeCommands(),
    authorizeCommand(),
    testCommand(),
    previewCommand(),
    errorsCommand(),
    explainCommand(),
    reconcileCommand(),
    ...operatingCommands(),
    ...guardCommands(),
  ];
  for (const part of parts) command.addCommand(part.copyInheritedSettings(command));
  return command;
}
