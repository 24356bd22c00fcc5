import { Command } from 'commander';
import { runningServer, urlOf } from '#cli/local/background.ts';
import { gatewayServer } from '#cli/local/gateway.ts';
import { onceTokens } from '#cli/local/once-tokens.ts';
import { localPaths } from '#cli/local/paths.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { projectRoot, requireCheckout } from '#cli/root.ts';
import { UserError } from '#cli/user-error.ts';

export const consoleCommand = (): Command =>
  new Command('console')
    .description('print an address that opens the console of the local stage, once and within five minutes')
    .option(...JSON_OPTION)
    .action(async ({ json }: { readonly json?: true }) => {
      requireCheckout('console');
      const server = gatewayServer(projectRoot);
      const running = await runningServer(server);
      if (!running) throw new UserError('Nothing is running here; "npm start" starts it.');
      const address = consoleAddress(projectRoot, urlOf(server.host, running.port));
      printReport(json, { address }, `${address}\nIt works once, for five minutes.\n`);
    });

/** Where the console signs somebody in, once. */
export const consoleAddress = (root: string, gatewayUrl: string): string =>
  `${gatewayUrl}/console/#token=${onceTokens(localPaths(root).console.onceTokens, Date.now).issue()}`;
