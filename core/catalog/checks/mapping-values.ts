import type { MappingRule } from '#core/ingestion/mapping/definition.ts';
import { listsOf, parseDestination } from '#core/ingestion/mapping/destination.ts';
import { compileExpression } from '#core/ingestion/mapping/expression/compile.ts';
import { ExpressionError } from '#core/ingestion/mapping/expression/error.ts';
import type { StaticType } from '#core/ingestion/mapping/expression/types.ts';
import { Budget } from '#core/ingestion/mapping/expression/values.ts';
import type { FieldTree } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { rulesOf } from '../field-settings.ts';
import type { Findings, Loaded } from '../loaded.ts';

/** A rule gives its field values of a type that the schema has there. @param index of the rule in the mapping */
export function checkValues(
  loaded: Loaded<unknown>,
  rule: MappingRule,
  index: number,
  tree: FieldTree | 'open',
  findings: Findings,
): void {
  const check = new ValueCheck(loaded, rule, index, findings);
  const type = rule.expression === undefined ? undefined : check.expression(rule.expression);
  if (tree === 'open') return;
  check.declared(tree);
  if (rule.type === undefined && rule.values === undefined && rule.split === undefined && type) check.fits(type, tree);
}

const JSON_TYPES: Record<NonNullable<MappingRule['type']>, readonly string[]> = {
  string: ['string'],
  'date-time': ['string'],
  date: ['string'],
  phone: ['string'],
  number: ['number'],
  integer: ['integer', 'number'],
  boolean: ['boolean'],
};

/** Of types of expressions, as what they may come into a record; a number where the schema has text becomes one. */
const TYPES_OF_EXPRESSIONS: Readonly<Record<StaticType['kind'], readonly string[]>> = {
  any: [],
  null: [],
  text: ['string'],
  number: ['number', 'integer', 'string'],
  boolean: ['boolean', 'string'],
  date: ['string'],
  list: ['array'],
  object: ['object'],
};

type Scalar = string | number | boolean;

class ValueCheck {
  readonly #loaded: Loaded<unknown>;
  readonly #rule: MappingRule;
  readonly #place: readonly (string | number)[];
  readonly #findings: Findings;

  constructor(loaded: Loaded<unknown>, rule: MappingRule, index: number, findings: Findings) {
    this.#loaded = loaded;
    this.#rule = rule;
    this.#place = ['mapping', index];
    this.#findings = findings;
  }

  /** @returns the type of what it makes, if it is right */
  expression(text: string): StaticType | undefined {
    const { timeZone, destination } = this.#rule;
    const steps = parseDestination(destination) ?? [];
    try {
      return compileExpression(text, { timeZone, budget: new Budget(), lists: listsOf(steps) }).type;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#within(error.offset, error.message, error);
      return undefined;
    }
  }

  /** What the keys of the rule say of the type. */
  declared(tree: FieldTree): void {
    const { type, split } = this.#rule;
    if (split !== undefined && !mayHave(['array'], tree)) {
      this.#reject('split', 'a list', tree);
      return;
    }
    const isList = split !== undefined || this.#readsItems(tree);
    const one = isList ? tree.items() : tree;
    if (!one || one === 'open') return;
    for (const [path, value] of this.#constants()) this.#constant(path, value, one);
    if (type === undefined || this.#rule.constant !== undefined || mayHave(JSON_TYPES[type], one)) return;
    this.#reject('type', isList ? `a list of ${JSON_TYPES[type][0]}s` : `a ${JSON_TYPES[type][0]}`, one);
  }

  /** Whether the values of items make up a list, each of them as the rule says. */
  #readsItems(tree: FieldTree): boolean {
    const { source = '', expression } = this.#rule;
    return tree.types.has('array') && (expression !== undefined || source.includes('[*]'));
  }

  /** Values that are written in the rule, and where. */
  #constants(): readonly (readonly [path: readonly string[], value: Scalar])[] {
    const { constant, values = {}, default: otherwise } = this.#rule;
    return [
      ...(constant === undefined ? [] : [[['constant'], constant] as const]),
      ...(otherwise === undefined ? [] : [[['default'], otherwise] as const]),
      ...Object.entries(values).map(([text, value]) => [['values', text], value] as const),
    ];
  }

  /** The type that an expression gives. @param offset of its part */
  fits(type: StaticType, tree: FieldTree, offset = 0): void {
    const given = TYPES_OF_EXPRESSIONS[type.kind];
    if (given.length > 0 && !mayHave(given, tree)) {
      this.#within(offset, `the expression gives "${this.#rule.destination}" ${article(given[0]!)}`, {
        expected: `${[...tree.types].join(' or ')}, as the schema says`,
        hint: type.kind === 'text' ? 'give the rule a "type" that makes it so' : undefined,
      });
      return;
    }
    for (const [name, { type: inside, start }] of type.fields ?? []) {
      const child = tree.child(name);
      if (child === undefined)
        this.#within(start, `"${name}" is not a field there`, { hint: didYouMean(name, tree.names) });
      else if (child !== 'open') this.fits(inside, child, start);
    }
    const items = type.kind === 'list' ? tree.items() : undefined;
    if (items && items !== 'open' && type.item) this.fits(type.item, items, offset);
  }

  /** One that is none of the values its field may have would have every row rejected that gets it. */
  #constant(path: readonly string[], value: Scalar, tree: FieldTree): void {
    const type =
      this.#rule.type === undefined || typeof value !== 'string' ? constantTypes(value) : JSON_TYPES[this.#rule.type];
    if (!mayHave(type, tree)) {
      this.#reject(path, `a ${type[0]}`, tree);
      return;
    }
    const { allowed, alternatives } = rulesOf(tree.nodes);
    if (allowed === undefined || alternatives.size > 0 || allowed.has(JSON.stringify(value))) return;
    const message = `the schema does not allow ${JSON.stringify(value)}, so every row would be rejected`;
    this.#findings.at(this.#loaded, [...this.#place, ...path], message, {
      expected: `one of ${[...allowed].join(', ')}`,
    });
  }

  #reject(key: string | readonly string[], what: string, tree: FieldTree): void {
    const { destination, split } = this.#rule;
    this.#findings.at(this.#loaded, [...this.#place, ...[key].flat()], `the rule gives "${destination}" ${what}`, {
      expected: `${[...tree.types].join(' or ')}, as the schema says`,
      hint: split === undefined && tree.types.has('array') ? 'give the rule a "split" to make a list' : undefined,
    });
  }

  #within(
    offset: number,
    message: string,
    more: { readonly expected?: string | undefined; readonly hint?: string | undefined },
  ): void {
    this.#findings.within(this.#loaded, [...this.#place, 'expression'], offset, message, {
      expected: more.expected,
      hint: more.hint,
    });
  }
}

const article = (type: string): string => (/^[aio]/.test(type) ? `an ${type}` : `a ${type}`);

const mayHave = (types: readonly string[], { types: wanted }: FieldTree): boolean =>
  wanted.size === 0 || types.some((type) => wanted.has(type));

/** Constants are taken as they are written. */
function constantTypes(constant: Scalar): readonly string[] {
  if (typeof constant === 'string') return ['string'];
  if (typeof constant === 'boolean') return ['boolean'];
  return Number.isInteger(constant) ? ['integer', 'number'] : ['number'];
}
