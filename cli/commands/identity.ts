import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { z } from 'zod';
import { UserError } from '#cli/user-error.ts';
import { simulate, simulationInput } from '#core/identity/simulate.ts';

export const identityCommand = (): Command =>
  new Command('identity').description('look at, try out and mend who belongs together').addCommand(simulateCommand());

const simulateCommand = (): Command =>
  new Command('simulate')
    .description('print the graphs that a sequence of events ends in, under the linking rules')
    .argument('<file>', 'JSON: {namespacePriority, uniqueNamespaces, limit?, namespaceTypes?, events}')
    .option(
      '--value-rules',
      'also refuse what the platform refuses of single values, such as an ECID that is too short',
    )
    .exitOverride()
    .action((path: string, { valueRules }: { valueRules?: true }) => {
      const { refusals, ...result } = simulate(readSimulation(path), valueRules ? 'checked' : 'unchecked');
      for (const { atEvent, reason } of refusals) {
        process.stderr.write(`${path}: /events/${atEvent}: not taken, or not all of it: ${reason}\n`);
      }
      process.stdout.write(`${JSON.stringify(result)}\n`);
    });

function readSimulation(path: string): z.output<typeof simulationInput> {
  const parsed = simulationInput.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  throw new UserError(parsed.error.issues.map((issue) => `${path}: ${describe(issue)}`).join('\n'));
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

/** A mistake with the JSON pointer to its place. */
function describe(issue: z.core.$ZodIssue): string {
  // Of a choice, the branch that got furthest knows best what was meant.
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat().sort((x, y) => y.path.length - x.path.length)[0];
    if (inner && inner.path.length > 0) return describe({ ...inner, path: [...issue.path, ...inner.path] });
  }
  const pointer = issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return `${pointer === '' ? 'the whole' : pointer}: ${issue.message}`;
}
