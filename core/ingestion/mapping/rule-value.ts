import { pointerTo, reportedPointer } from '#core/util/pointer.ts';
import { decimalText } from '../convert/numbers.ts';
import { compileConverter, describeText, NotConverted } from './convert-text.ts';
import type { MappingRule } from './definition.ts';
import type { DestinationStep } from './destination.ts';
import { type Omission, Rejected, typeName } from './mapped.ts';
import { Items } from './source-path.ts';

/** What a rule makes of what its source holds: a value, undefined or null for none, or {@link Rejected}. */
export type RuleValue = (raw: unknown, country?: unknown) => unknown;

/**
 * Compiles what happens to a value on its way from the source to the field: transforms, the table of values, conversion,
 * what an empty one means. It is the same for the cell of a row and for a value of an object, of which scalars are taken
 * as their text.
 * @param origin the column, path or expression, for reports
 * @param omit is told what is left out
 */
export function compileRuleValue(
  rule: MappingRule,
  steps: readonly DestinationStep[],
  origin: string,
  omit: (omission: Omission) => void,
): RuleValue {
  const { empty, split } = rule;
  const one = compileOne(rule, steps, origin, omit);
  const nothing = empty === 'clear' ? null : undefined;
  /** Whether what is no text goes on as it is, lists included. */
  const isOpen = rule.type === undefined && split === undefined && rule.values === undefined;
  const isOpenList = isOpen && rule.transform.length === 0;

  const ofList = (values: readonly unknown[], country: unknown): unknown => {
    const made = values
      .map((raw) => one.ofValue(raw, country))
      .filter((value) => value !== undefined && value !== null);
    const failure = made.find((value) => value instanceof Rejected);
    return failure ?? (made.length === 0 ? nothing : made);
  };
  const ofText = (text: string, country: unknown): unknown => {
    if (split === undefined) return one.ofText(text, country) ?? nothing;
    return ofList(
      text.split(split).map((part) => part.trim()),
      country,
    );
  };

  return (raw, country) => {
    if (raw === '') return nothing;
    if (typeof raw === 'string') return isOpenList ? raw : ofText(raw, country);
    if (raw === undefined || raw === null || raw instanceof Rejected) return raw;
    const list = listOf(raw, isOpenList, split);
    return list ? ofList(list, country) : one.ofValue(raw, country);
  };
}

/** The values of what is a list, or becomes one; undefined of one value, and of a list that goes on as it is. */
function listOf(raw: unknown, isOpenList: boolean, split: string | undefined): readonly unknown[] | undefined {
  const list = raw instanceof Items ? raw.values : Array.isArray(raw) && !isOpenList ? (raw as unknown[]) : undefined;
  if (split === undefined) return list;
  return (list ?? [raw]).flatMap((item) =>
    typeof item === 'string' ? item.split(split).map((part) => part.trim()) : [item],
  );
}

/** The same for one value. */
function compileOne(
  rule: MappingRule,
  steps: readonly DestinationStep[],
  origin: string,
  omit: (omission: Omission) => void,
): { readonly ofText: (text: string, country: unknown) => unknown; readonly ofValue: RuleValue } {
  const { transform, type, values } = rule;
  const failed = failureOf(rule, steps, origin);
  const convert = values ? tableOf(values, rule.default) : compileConverter({ ...rule, type: type ?? 'string' });
  const isPlain = transform.length === 0;
  const isOpen = type === undefined && values === undefined;
  // Of somebody whose telephone number can't be read, all the rest is as good as ever.
  const unreadable: Omission = { pointer: pointerOf(steps), reason: 'not-a-phone', column: origin };

  const ofText = (given: string, country: unknown): unknown => {
    if (given === '') return undefined;
    const text = isPlain ? given : transform.reduce((before, step) => TRANSFORMS[step](before), given);
    if (text === '') return undefined;
    const value = convert(text, typeof country === 'string' ? country : undefined);
    if (!(value instanceof NotConverted)) return value;
    if (type !== 'phone') return failed(value.expected, describeText(text));
    omit(unreadable);
    return undefined;
  };
  const ofValue: RuleValue = (raw, country) => {
    if (typeof raw === 'string') return ofText(raw, country);
    if (isOpen || raw === undefined || raw === null || isOfType(raw, type)) return raw;
    if (typeof raw === 'object') return failed('one value', typeName(raw));
    return ofText(typeof raw === 'number' ? decimalText(raw) : String(raw), country);
  };
  return { ofText, ofValue };
}

/** Whether a value of JSON is what the rule wants, which is not to be read as people write it. */
function isOfType(raw: unknown, type: MappingRule['type']): boolean {
  if (type === 'number') return typeof raw === 'number';
  if (type === 'integer') return Number.isSafeInteger(raw);
  return type === 'boolean' && typeof raw === 'boolean';
}

const MAX_LISTED = 10;

function tableOf(values: NonNullable<MappingRule['values']>, otherwise: unknown): (text: string) => unknown {
  const table = new Map<string, unknown>(Object.entries(values));
  const listed = [...table.keys()].slice(0, MAX_LISTED).join(', ');
  const unknown = new NotConverted(`one of ${listed}${table.size > MAX_LISTED ? ', …' : ''}`);
  return (text) => table.get(text) ?? otherwise ?? unknown;
}

const TRANSFORMS: Readonly<Record<MappingRule['transform'][number], (text: string) => string>> = {
  trim: (text) => text.trim(),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
};

/** Of an item of a list it is the list: which of them it is, shows when there is one. */
export const pointerOf = (steps: readonly DestinationStep[]): string =>
  reportedPointer(pointerTo(steps.filter((step) => step !== '[*]')));

/** What comes of a value that can't be converted. */
export function failureOf(
  { destination, split }: Pick<MappingRule, 'destination' | 'split'>,
  steps: readonly DestinationStep[],
  origin: string,
): (expected: string, found: string) => Rejected {
  const pointer = pointerOf(steps);
  return (wanted, found) => {
    const expected = split === undefined ? wanted : `${wanted}, several with "${split}" between them`;
    return new Rejected({
      code: 'mapping-failed',
      column: origin,
      message: `Column "${origin}" can't become ${destination}: expected ${expected}`,
      pointer,
      expected,
      found,
    });
  };
}
