import { Command } from 'commander';
import { newConnectionKey } from '#cli/local/catalog-variables.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { keySha256 } from '#core/ingestion/collection/connection.ts';

export function sourceConnectionCommand(): Command {
  const command = new Command('source-connection').description('make keys for senders of records over HTTP');
  command
    .command('key')
    .description('make a key for a source connection: the key for its sender, the SHA-256 of it for the catalog')
    .option(...JSON_OPTION)
    .action(({ json }: { json?: true }) => {
      const key = newConnectionKey();
      const digest = keySha256(key);
      printReport(json, { key, keySha256: digest }, printKey(key, digest));
    });
  return command;
}

const printKey = (key: string, digest: string): string => `Key, for its sender; it is not stored anywhere:
  ${key}

For the catalog, source-connections/<id>.yaml, beside the old digest until every sender has the new key:
  keySha256: [${digest}]
`;
