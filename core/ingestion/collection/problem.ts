import type { Rejection } from '#core/record/record.ts';

/** An answer that says no, in AEP's shape (aep.md §2.1): `type` ends as AEP's does, `title` is for people. */
export interface Problem {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

const TYPE = 'https://tributary.example/problem/data-collection-service';

/**
 * An answer of the collection endpoint or the batch API that something is wrong (aep.md §2.1).
 * @param more `retryAfter`: seconds after which it makes sense to try again
 */
export function problem(
  status: number,
  kind: 'inlet' | 'authentication' | 'limit',
  title: string,
  more: { readonly detail?: string; readonly report?: object; readonly retryAfter?: number } = {},
): Problem {
  const { detail, report, retryAfter } = more;
  return {
    status,
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
    body: { type: `${TYPE}/${kind}`, status, title, ...(detail && { detail }), ...(report && { report }) },
  };
}

/** Violations that one answer names. */
const MAX_VIOLATIONS = 5;

/** The answer of synchronous validation to a record that is rejected; the record is not kept (aep.md §2.1). */
export function invalidMessage(rejections: readonly Rejection[], schemaId: string | undefined): Problem {
  const shown = rejections.slice(0, MAX_VIOLATIONS);
  const count = `${shown.length} schema violation${shown.length === 1 ? '' : 's'} found`;
  const schemaLocation = schemaId ?? '#';
  const causingExceptions = shown.map((rejection) => ({
    schemaLocation,
    pointerToViolation: `#${rejection.pointer ?? ''}`,
    causingExceptions: [],
    keyword: keywordOf(rejection),
    message: sentenceOf(rejection),
  }));
  const violation = { schemaLocation, pointerToViolation: '#', causingExceptions, message: count };
  const _streamingValidation = [violation];
  // AEP's own answers have the list below `cause`, its documentation also right in the report.
  const report = { message: 'The message is invalid', cause: { _streamingValidation }, _streamingValidation };
  return problem(400, 'inlet', 'Invalid XDM Message Format', { report });
}

function keywordOf({ code, found, expected, ...rejection }: Rejection): string {
  if ('keyword' in rejection && typeof rejection.keyword === 'string') return rejection.keyword;
  if (code !== 'schema-violation') return code;
  if (found === 'nothing') return 'required';
  return found === 'an unknown field' ? 'additionalProperties' : 'type';
}

/** What is wrong, in one sentence without any value. */
export function sentenceOf({ message, expected, found }: Rejection): string {
  const wanted = expected === undefined || message.includes(expected) ? [] : [`expected ${expected}`];
  const details = [...wanted, ...(found === undefined ? [] : [`found ${found}`])].join(', ');
  return details === '' ? message : `${message}${wanted.length > 0 ? ':' : ','} ${details}`;
}
