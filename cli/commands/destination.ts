import { Command } from 'commander';
import { guardCommands } from '#cli/destination/guard-commands.ts';
import { operatingCommands } from '#cli/destination/operating.ts';
import { previewCommand } from '#cli/destination/preview.ts';

export function destinationCommand(): Command {
  const command = new Command('destination').description(
    'see what is delivered to destinations; pause, resume, release, replay',
  );
  for (const part of [previewCommand(), ...operatingCommands(), ...guardCommands()])
    command.addCommand(part.copyInheritedSettings(command));
  return command;
}
