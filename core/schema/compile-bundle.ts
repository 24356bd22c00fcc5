import { Ajv, type FuncKeywordDefinition, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import stringify from 'safe-stable-stringify';
import { explainAlternatives } from './alternatives.ts';
import { type Bundle, LARGE_ENUM } from './bundle.ts';
import { addUnresolved } from './dangling-references.ts';
import { addFormats } from './formats.ts';
import { linearRegExp } from './linear-regexp.ts';
import { isMultipleOf } from './multiple-of.ts';
import { rejectUnbounded } from './unbounded-recursion.ts';
import { toViolations, type Violation } from './violations.ts';

/** What a schema has against a value: nothing, for one that fits. */
export type Validate = (value: unknown) => readonly Violation[];

const NONE: readonly Violation[] = [];

/**
 * Makes a schema ready for use. Values that fit, which most do, are looked at by a validator that stops at the first
 * fault and makes no messages; only one that does not fit is looked at again for all its faults.
 *
 * Schemas and values are written by others: patterns run in linear time, nothing in a schema is run as code, and no
 * keyword takes longer than a value is large.
 * @throws Error saying what is wrong, for a pattern that can't run in linear time; SchemaError for a schema that refers to
 * itself without end
 */
export function compileBundle(bundle: Bundle): Validate {
  rejectUnbounded(bundle);
  const met: Violation[] = [];
  const names = namesIn([...bundle.nodes.values()]);
  const fits = compile(bundle, names, names.has(WITHOUT_NAME), met);
  let explain: ValidateFunction | undefined;
  return (value) => {
    met.length = 0;
    if (fits(value) && met.length === 0) return NONE;
    explain ??= compile(bundle, names, true, met);
    met.length = 0;
    explain(value);
    return toViolations(explain.errors ?? [], met);
  };
}

/** What ajv misreads when it stops at the first fault: a field without a name that is required. */
const WITHOUT_NAME = '';

function compile(
  { root, nodes }: Bundle,
  names: ReadonlySet<unknown>,
  allErrors: boolean,
  met: Violation[],
): ValidateFunction {
  const tracksFields = [...UNEVALUATED].some((keyword) => names.has(keyword));
  const isModern = tracksFields || [...SINCE_2019].some((keyword) => names.has(keyword));
  const ajv = new (isModern ? Ajv2019 : Ajv)({
    strict: false,
    allErrors,
    // What every object has, such as "constructor", is no field of it. Looked at only where such a name occurs.
    ownProperties: Object.getOwnPropertyNames(Object.prototype).some((name) => names.has(name)),
    // Errors carry what was found, whose type is told.
    verbose: allErrors,
    messages: allErrors,
    // What is in a bundle was looked at when it was made.
    validateSchema: false,
    meta: false,
    logger: false,
    code: { regExp: linearRegExp },
  });
  addFormats(ajv);
  ajv.removeKeyword('uniqueItems').addKeyword(UNIQUE_ITEMS).addKeyword(LOOK_UP);
  ajv.removeKeyword('multipleOf').addKeyword(MULTIPLE_OF);
  ajv.removeKeyword('contains').addKeyword(containing(ajv));
  addUnresolved(ajv, met);
  if (allErrors && !tracksFields) explainAlternatives(ajv);
  for (const [key, node] of nodes) ajv.addSchema(node === true ? {} : node === false ? { not: {} } : node, key);
  return ajv.getSchema(root)!;
}

const UNEVALUATED = ['unevaluatedProperties', 'unevaluatedItems'];
const SINCE_2019 = ['dependentRequired', 'dependentSchemas', 'minContains', 'maxContains'];

/** Every name of a member and every text, at any depth. */
function namesIn(value: unknown, names = new Set<unknown>()): ReadonlySet<unknown> {
  if (typeof value === 'string') names.add(value);
  if (typeof value !== 'object' || value === null) return names;
  if (!Array.isArray(value)) for (const name of Object.keys(value)) names.add(name);
  for (const member of Object.values(value)) namesIn(member, names);
  return names;
}

/** As JSON Schema has it; ajv's own compares every item with every other. */
const UNIQUE_ITEMS: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  errors: false,
  validate: (isWanted: boolean, items: readonly unknown[]) =>
    !isWanted || new Set(items.map((item) => stringify(item))).size === items.length,
};

/** Exact, as the decimals are written; ajv's own has to choose how much a quotient may be off. */
const MULTIPLE_OF: FuncKeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  errors: false,
  validate: (divisor: number, value: number) => isMultipleOf(value, divisor),
};

/**
 * `contains`, whose schema is a node of its own. ajv's own takes an empty list for one that contains something where it has
 * just looked at another one that does.
 */
const containing = (ajv: Ajv): FuncKeywordDefinition => ({
  keyword: 'contains',
  type: 'array',
  // After "items" with a list, ajv skips what follows for lists that are empty.
  before: 'items',
  schemaType: 'object',
  errors: false,
  compile: ({ $ref }: { readonly $ref: string }, { minContains = 1, maxContains = Number.POSITIVE_INFINITY }) => {
    return (items: readonly unknown[]) => {
      const fits = ajv.getSchema($ref)!;
      const count = items.filter((item) => fits(item)).length;
      return count >= minContains && count <= maxContains;
    };
  },
});

/** `enum` with many values. */
const LOOK_UP: FuncKeywordDefinition = {
  keyword: LARGE_ENUM,
  schemaType: 'array',
  errors: false,
  compile: (allowed: readonly unknown[]) => {
    const known = new Set(allowed.map((value) => stringify(value)));
    return (value: unknown) => known.has(stringify(value));
  },
};
