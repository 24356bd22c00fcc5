import { compileConverter, NotConverted } from './convert-text.ts';
import { compileDateWriter } from './date-writer.ts';
import type { MappingRule } from './definition.ts';
import { type DestinationStep, listsOf, parseDestination } from './destination.ts';
import { type CompiledExpression, compileExpression, type Reader } from './expression/compile.ts';
import { asField, Budget, DateValue, Unusable } from './expression/values.ts';
import { type Omission, Rejected } from './mapped.ts';
import { compileRuleValue, failureOf, type RuleValue } from './rule-value.ts';
import { parseSourcePath, type Read, type SourcePath } from './source-path.ts';

/** What the rules of a mapping share while they map a record. */
export class MappingRun {
  readonly budget = new Budget();
  #omitted: Omission[] = [];

  readonly omit = (omission: Omission): void => {
    this.#omitted.push(omission);
  };

  /** How many values have been left out of the record so far. */
  get omissions(): number {
    return this.#omitted.length;
  }

  /** Puts what was left out since then below a place. */
  place(since: number, pointer: string): void {
    for (let i = since; i < this.#omitted.length; i++) {
      const omission = this.#omitted[i]!;
      this.#omitted[i] = { ...omission, pointer: `${pointer}${omission.pointer}` };
    }
  }

  /** What was left out of the record, which is over. */
  take(): readonly Omission[] | undefined {
    if (this.#omitted.length === 0) return undefined;
    const omitted = this.#omitted;
    this.#omitted = [];
    return omitted;
  }
}

/** A rule ready for records of any form. */
export interface CompiledRule {
  readonly rule: MappingRule;
  readonly steps: readonly DestinationStep[];
  /** What it reads. */
  readonly paths: readonly SourcePath[];
  /** What the field gets where the record has no value for it: a constant, or the default. */
  readonly fallback: unknown;
  /**
   * @param below the steps from where the value is put: of an item of a list those after the list
   * @returns what reads the value: undefined where there is none, or {@link Rejected}; absent where no record of the form
   * has one
   */
  bind<S>(reader: Reader<S>, below: readonly DestinationStep[]): Read<S> | undefined;
}

/** @throws Error when the rule can't work, an `ExpressionError` for what it says as an expression */
export function compileRule(rule: MappingRule, run: MappingRun): CompiledRule {
  const { destination, expression, constant } = rule;
  const steps = parseDestination(destination);
  if (!steps) throw new Error(`The mapping fills "${destination}", which is no field`);
  if (constant !== undefined) return { rule, steps, paths: [], fallback: constantOf(rule), bind: () => undefined };
  return expression === undefined ? sourceRule(rule, steps, run) : expressionRule(rule, expression, steps, run);
}

function sourceRule(rule: MappingRule, steps: readonly DestinationStep[], run: MappingRun): CompiledRule {
  const { source = '', countrySource } = rule;
  const path = parseSourcePath(source);
  const countryPath = countrySource === undefined ? undefined : parseSourcePath(countrySource);
  return {
    rule,
    steps,
    paths: countryPath ? [path, countryPath] : [path],
    fallback: rule.default,
    bind<S>(reader: Reader<S>, below: readonly DestinationStep[]) {
      const read = reader(path);
      const country = countryPath && reader(countryPath);
      if (!read) return undefined;
      const make = compileRuleValue(rule, below, source, run.omit);
      return country ? (record: S) => make(read(record), country(record)) : (record: S) => make(read(record));
    },
  };
}

function expressionRule(
  rule: MappingRule,
  expression: string,
  steps: readonly DestinationStep[],
  run: MappingRun,
): CompiledRule {
  const compiled = compileExpression(expression, {
    timeZone: rule.timeZone,
    budget: run.budget,
    lists: listsOf(steps),
  });
  const origin = originOf(compiled);
  const toField = rule.type === 'date' ? dayOr(asField) : asField;
  return {
    rule,
    steps,
    paths: compiled.paths,
    fallback: rule.default,
    bind(reader, below) {
      const evaluate = compiled.bind(reader);
      const make = compileRuleValue(rule, below, origin, run.omit);
      const failed = failureOf(rule, below, origin);
      return (record) => finish(() => evaluate(record), toField, make, failed, rule);
    },
  };
}

const MAX_NAMED = 5;

/** What an expression reads, for reports. */
const originOf = ({ paths }: CompiledExpression): string =>
  paths.length === 0
    ? 'expression'
    : paths
        .slice(0, MAX_NAMED)
        .map(({ text }) => text)
        .join(', ') + (paths.length > MAX_NAMED ? ', …' : '');

function finish(
  evaluate: () => unknown,
  toField: (value: unknown) => unknown,
  make: RuleValue,
  failed: ReturnType<typeof failureOf>,
  { empty }: MappingRule,
): unknown {
  try {
    const value = evaluate();
    if (value === null) return empty === 'clear' ? null : undefined;
    return make(toField(value));
  } catch (error) {
    if (error instanceof Rejected) return error;
    if (!(error instanceof Unusable)) throw error;
    const { rejection } = failed(error.expected, error.found);
    return new Rejected({ ...rejection, code: error.code });
  }
}

const writeDay = compileDateWriter('yyyy-MM-dd');

/** A date as the day that it is in its zone. */
const dayOr =
  (others: (value: unknown) => unknown) =>
  (value: unknown): unknown =>
    value instanceof DateValue ? writeDay(value.ms, value.zone) : others(value);

function constantOf({ constant, destination, type = 'string', ...rule }: MappingRule): unknown {
  const value = typeof constant === 'string' ? compileConverter({ ...rule, type })(constant) : constant;
  if (!(value instanceof NotConverted)) return value;
  throw new Error(`The constant for "${destination}" is not of type ${type}: expected ${value.expected}`);
}
