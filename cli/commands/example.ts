import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_EXAMPLE } from '#cli/example/generate.ts';
import { EXAMPLE_FILES, writeExample } from '#cli/example/write.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';

interface Options {
  readonly out: string;
  readonly seed: number;
  readonly people: number;
  readonly now?: string;
  readonly json?: true;
}

export function exampleCommand(): Command {
  const command = new Command('example').description('data for the example catalog');
  command
    .command('generate')
    .description('write the files of an invented retailer')
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--seed <n>', 'the same seed makes the same people', wholeNumber, DEFAULT_EXAMPLE.seed)
    .option('--people <n>', 'how many', wholeNumber, DEFAULT_EXAMPLE.persons)
    .option('--now <time>', 'the instant until which things happened (ISO 8601); the present when omitted')
    .option(...JSON_OPTION)
    .action(async ({ out, seed, people, now, json }: Options) => {
      const instant = now === undefined ? Date.now() : Date.parse(now);
      if (Number.isNaN(instant))
        throw new InvalidArgumentError('--now: expected an instant such as 2026-01-31T00:00:00Z');
      await writeExample(out, { seed, persons: people, now: instant });
      const files = Object.values(EXAMPLE_FILES);
      const report = { out, files, seed, people, now: new Date(instant).toISOString() };
      printReport(json, report, `${files.join(', ')} written to ${out}\n`);
    });
  return command;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('Expected a whole number');
  return value;
}
