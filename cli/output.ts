import { CommanderError } from 'commander';
import { UserError } from './user-error.ts';

/** Of every command that reports something; what it prints then is said in docs/operations.md. */
export const JSON_OPTION = ['--json', 'print JSON, one object; an error as the last line of stderr'] as const;
/** Of those that list. */
export const JSON_LINES_OPTION = [
  '--json',
  'print JSON, one object a line; an error as the last line of stderr',
] as const;

/** Prints the one thing that a command reports. */
export function printReport(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);
}

/** Prints what a command lists. */
export function printList(json: boolean | undefined, values: readonly unknown[], text: string): void {
  process.stdout.write(json ? values.map((value) => `${JSON.stringify(value)}\n`).join('') : text);
}

/** Whether a command line asks for JSON, even if the rest of it is not understood. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

/** What scripts read of a command that failed. */
export function errorLine(error: unknown): string {
  return `${JSON.stringify({ error: describeError(error) })}\n`;
}

function describeError(error: unknown): object {
  if (error instanceof UserError) {
    return { ...(error.code !== undefined && { code: error.code }), message: error.message, ...error.details };
  }
  if (error instanceof CommanderError) return { code: 'usage', message: error.message.replace(/^error: /, '') };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
