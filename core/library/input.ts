import type { z } from 'zod';
import { pointerTo } from '#core/util/pointer.ts';

/** One thing that is wrong with what a function was given. */
export interface InputProblem {
  /** JSON pointer (RFC 6901) to the place; empty for the whole. */
  readonly pointer: string;
  /** What was expected there. */
  readonly message: string;
}

/** What a function was given does not have the shape it needs; `problems` says everything that is wrong, and where. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  /** @param subject what was read, such as `the destination` */
  constructor(subject: string, problems: readonly InputProblem[]) {
    const lines = problems.map(renderProblem);
    super(`${subject} cannot be used: ${lines.length === 1 ? lines[0] : `\n${lines.join('\n')}`}`);
    this.problems = problems;
  }
}

/** A problem in one line. */
export const renderProblem = ({ pointer, message }: InputProblem): string =>
  `${pointer === '' ? 'the whole' : pointer}: ${message}`;

/** A value by its schema, defaults filled in. @throws InputError with everything that is wrong */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(subject, parsed.error.issues.map(problemOf));
}

/** A problem that zod found, with the JSON pointer to its place. */
export function problemOf(issue: z.core.$ZodIssue): InputProblem {
  // Of a choice, the branch that got furthest knows best what was meant.
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat().sort((x, y) => y.path.length - x.path.length)[0];
    if (inner && inner.path.length > 0) return problemOf({ ...inner, path: [...issue.path, ...inner.path] });
  }
  return { pointer: pointerTo(issue.path), message: issue.message };
}
