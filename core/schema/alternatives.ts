import type { Ajv, ErrorObject, FuncKeywordDefinition, ValidateFunction } from 'ajv';

type Keyword = 'anyOf' | 'oneOf';
type Context = NonNullable<Parameters<ValidateFunction>[1]>;
const AT_THE_TOP: Context = {
  instancePath: '',
  parentData: {},
  parentDataProperty: '',
  rootData: {},
  dynamicAnchors: {},
};

/**
 * Of several schemas none of which fits, ajv tells all faults of all. People mean one of them: here it is told that none
 * fits, and the faults of the one that comes nearest.
 */
export function explainAlternatives(ajv: Ajv): void {
  for (const keyword of ['anyOf', 'oneOf'] as const) ajv.removeKeyword(keyword).addKeyword(explaining(ajv, keyword));
}

/** The members are references, as a bundle has them. */
function explaining(ajv: Ajv, keyword: Keyword): FuncKeywordDefinition {
  return {
    keyword,
    schemaType: 'array',
    errors: 'full',
    compile: (members: readonly { readonly $ref: string }[]) => {
      const check = (value: unknown, place: Context = AT_THE_TOP): boolean => {
        const faults: ErrorObject[][] = [];
        let fitting = 0;
        for (const { $ref } of members) {
          const validate = ajv.getSchema($ref)!;
          if (validate(value, place)) fitting += 1;
          else faults.push([...(validate.errors ?? [])]);
        }
        if (fitting === 1 || (fitting > 1 && keyword === 'anyOf')) return true;
        const { instancePath } = place;
        const none = { keyword, instancePath, schemaPath: '', params: {}, data: value } as ErrorObject;
        check.errors = [none, ...(fitting === 0 ? nearest(faults, instancePath) : [])];
        return false;
      };
      check.errors = [] as Partial<ErrorObject>[];
      return check;
    },
  };
}

/** One for another type of value is never near; else the one with the fewest faults. */
function nearest(faults: readonly ErrorObject[][], instancePath: string): readonly ErrorObject[] {
  const isOfType = (errors: readonly ErrorObject[]): boolean =>
    !errors.some((error) => error.keyword === 'type' && error.instancePath === instancePath);
  const candidates = faults.filter(isOfType);
  const [first, ...others] = candidates.length > 0 ? candidates : faults;
  return others.reduce((best, errors) => (errors.length < best.length ? errors : best), first ?? []);
}
