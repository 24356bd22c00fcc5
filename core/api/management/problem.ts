import type { DefinitionProblem } from '#core/catalog/change.ts';
import type { HttpAnswer } from '../http.ts';
import { FAMILIES, type Family } from './families.ts';

/** What is wrong with a part of a request. */
export interface RequestError {
  /** JSON pointer into the body, or the name of a parameter. */
  readonly pointer: string;
  readonly message: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not possible here',
  409: 'Conflict',
  412: 'Changed in the meantime',
  413: 'Too large',
  415: 'Not that kind of content',
  422: 'Not valid',
  501: 'Not implemented',
  503: 'Try again later',
};

/**
 * An answer that says no, in the form of AEP's errors (RFC 7807): `type` ends in the code of the family and the status,
 * `detail` says what to do.
 */
export function problem(
  family: Family,
  status: number,
  detail: string,
  more: { readonly errors?: readonly RequestError[]; readonly headers?: Readonly<Record<string, string>> } = {},
): HttpAnswer {
  const { code } = FAMILIES[family];
  return {
    status,
    ...(more.headers && { headers: more.headers }),
    body: {
      type: `https://tributary.example/problem/${code}-${status}`,
      title: TITLES[status] ?? 'It did not work',
      status,
      detail,
      report: { 'detailed-message': detail, ...(more.errors && { 'sub-errors': more.errors }) },
    },
  };
}

/** The answer to a caller who lacks a scope. @param scope as it would have to be granted */
export const missingScope = (family: Family, scope: string): HttpAnswer =>
  problem(family, 403, `This needs the scope "${scope}", which this caller does not have`);

/** Problems that one answer names. */
const MAX_PROBLEMS = 50;

/** The answer to a change after which the definitions would not be valid: what `catalog validate` says, word for word. */
export function invalidDefinitions(family: Family, problems: readonly DefinitionProblem[]): HttpAnswer {
  const [first] = problems;
  const errors = problems.slice(0, MAX_PROBLEMS).map(({ definition, pointer, message, expected, hint }) => ({
    definition,
    pointer,
    message,
    ...(expected !== undefined && { expected }),
    ...(hint !== undefined && { hint }),
  }));
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return problem(family, 400, `${first!.definition}${first!.pointer}: ${first!.message}${more}`, { errors });
}
