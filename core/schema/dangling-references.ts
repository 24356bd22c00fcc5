import type { FuncKeywordDefinition } from 'ajv';
import { UNRESOLVED } from './bundle.ts';
import { typeName, type Violation } from './violations.ts';

/**
 * Nobody can say whether a value is right where a schema is not there, also not inside of `not` or of alternatives: a
 * value that comes by such a place is rejected.
 * @param met what a value came by; to be emptied before the next
 */
export const dangling = (met: Violation[]): FuncKeywordDefinition => ({
  keyword: UNRESOLVED,
  schemaType: 'string',
  errors: false,
  validate: (reference: string, value: unknown, _: unknown, place?: { readonly instancePath: string }) => {
    const expected = `a value of the schema ${reference}, which is not there`;
    met.push({ pointer: place?.instancePath ?? '', keyword: '$ref', expected, found: typeName(value) });
    return true;
  },
});
