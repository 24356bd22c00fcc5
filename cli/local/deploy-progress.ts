import { stripVTControlCharacters } from 'node:util';

/** How the deployment of one stack ended. */
export interface StackProgress {
  readonly stack: string;
  readonly state: 'deployed' | 'unchanged' | 'failed';
}

const DONE = /^\s*✅\s+(\S+?)(?: \(no changes\))?\s*$/;
const FAILED = /^\s*❌\s+(\S+) failed/;
const EVENT_FAILURE = /\|\s*\w+_FAILED\s*\|/;

/** What one line of `cdk deploy` says about a stack's end; most lines say nothing. */
export function progressOf(line: string): StackProgress | undefined {
  const text = stripVTControlCharacters(line);
  const done = DONE.exec(text)?.[1];
  if (done !== undefined) return { stack: done, state: text.includes('(no changes)') ? 'unchanged' : 'deployed' };
  const failed = FAILED.exec(text)?.[1];
  return failed === undefined ? undefined : { stack: failed.replace(/:$/, ''), state: 'failed' };
}

const BUNDLING = /^Bundling asset [^/\s]+\/(\S+?)(?:\/Function)?\/Code\b/;
const EVENT = /^(\S+) \|\s*(\d+)\/(\d+)\s*\|/;

/** What `cdk` is at, as one line of its output says it; most lines say nothing. */
export function activityOf(line: string): string | undefined {
  const text = stripVTControlCharacters(line).trim();
  const bundled = BUNDLING.exec(text)?.[1];
  if (bundled !== undefined) return `bundling ${bundled}`;
  const event = EVENT.exec(text);
  if (event === null) return undefined;
  const [, stack, done, all] = event;
  // It counts events, and may have more of them than it has resources.
  return Number(done) <= Number(all) ? `${stack}: ${done} of ${all} resources` : `${stack}: ${done} resources`;
}

/** The lines of a failed run that tell why: what CloudFormation reported first, then the end of the output. */
export function reasonsOf(lines: readonly string[], tail = 15): string {
  const plain = lines.map((line) => stripVTControlCharacters(line).trimEnd()).filter((line) => line !== '');
  const end = plain.slice(-tail);
  const events = plain.filter((line) => EVENT_FAILURE.test(line) && !end.includes(line)).slice(0, 5);
  return [...events, ...end].join('\n');
}
