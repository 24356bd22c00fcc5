import type { HttpAnswer } from '../http.ts';

const TYPE = 'https://tributary.example/problem/callers';

/** The answer to a caller who lacks a scope. @param scope as it would have to be granted */
export const missingScope = (scope: string): HttpAnswer =>
  callerProblem(403, '403027', 'Forbidden', `This needs the scope "${scope}", which the token does not have`);

/**
 * An answer to a caller who is not known, or may not do this: as AEP's gateway says it (`error_code`, `message`), and as a
 * problem (RFC 9457). @param detail what to do
 */
export const callerProblem = (status: number, code: string, message: string, detail: string): HttpAnswer => ({
  status,
  headers: status === 401 ? { 'www-authenticate': 'Bearer' } : {},
  body: { error_code: code, message, type: `${TYPE}/${code}`, status, title: message, detail },
});
