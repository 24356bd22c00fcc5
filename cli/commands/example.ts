import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_EXAMPLE } from '#cli/example/generate.ts';
import { EXAMPLE_FILES, writeExample } from '#cli/example/write.ts';

export function exampleCommand(): Command {
  const command = new Command('example').description('data for the example catalog');
  command
    .command('generate')
    .description('write the files of an invented retailer')
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--seed <n>', 'the same seed makes the same people', wholeNumber, DEFAULT_EXAMPLE.seed)
    .option('--people <n>', 'how many', wholeNumber, DEFAULT_EXAMPLE.persons)
    .option('--now <time>', 'the instant until which things happened (ISO 8601); the present when omitted')
    .action(async ({ out, seed, persons, now }: { out: string; seed: number; persons: number; now?: string }) => {
      const instant = now === undefined ? Date.now() : Date.parse(now);
      if (Number.isNaN(instant))
        throw new InvalidArgumentError('--now: expected an instant such as 2026-01-31T00:00:00Z');
      await writeExample(out, { seed, persons, now: instant });
      process.stdout.write(`${Object.values(EXAMPLE_FILES).join(', ')} written to ${out}\n`);
    });
  return command;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('Expected a whole number');
  return value;
}
