import { Command } from 'commander';
import { stopLocalAws } from '#cli/local/stop.ts';
import { projectRoot, requireCheckout } from '#cli/root.ts';

export const stopCommand = (): Command =>
  new Command('stop')
    .description('end the local AWS and everything else that "start" left running')
    .action(async () => {
      requireCheckout('stop');
      await stopLocalAws(projectRoot, (line) => process.stdout.write(`${line}\n`));
    });
