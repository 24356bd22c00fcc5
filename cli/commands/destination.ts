import { Command } from 'commander';
import { operatingCommands } from '#cli/destination/operating.ts';
import { previewCommand } from '#cli/destination/preview.ts';

export function destinationCommand(): Command {
  const command = new Command('destination').description(
    'see what is delivered to destinations; pause, resume, replay',
  );
  for (const part of [previewCommand(), ...operatingCommands()])
    command.addCommand(part.copyInheritedSettings(command));
  return command;
}
