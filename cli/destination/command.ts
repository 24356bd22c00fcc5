import { Command } from 'commander';
import { formerFlag } from '#cli/options.ts';
import { JSON_OPTION } from '#cli/output.ts';

/** A command about a destination, which is its argument. */
export const aboutDestination = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<id>', 'which destination')
    .addOption(formerFlag('--destination <id>'));

/** A command about a destination of a stage. */
export const stageCommand = (name: string, description: string): Command =>
  aboutDestination(name, description)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION);
