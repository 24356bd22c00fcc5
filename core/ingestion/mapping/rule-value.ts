import type { Rejection } from '#core/record/record.ts';
import { pointerTo, reportedPointer } from '#core/util/pointer.ts';
import { compileConverter, describeText, NotConverted } from './convert-text.ts';
import type { MappingRule } from './definition.ts';
import { Omitted, Rejected, typeName } from './mapped.ts';
import { Items } from './source-path.ts';

/** What a rule makes of what its source holds: a value, undefined or null for none, {@link Rejected} or {@link Omitted}. */
export type RuleValue = (raw: unknown, country?: unknown) => unknown;

/**
 * Compiles what happens to a value on its way from the source to the field: transforms, conversion, what an empty one
 * means. It is the same for the cell of a row and for a value of an object, of which scalars are taken as their text.
 * @param path the field
 */
export function compileRuleValue(rule: MappingRule, path: readonly string[]): RuleValue {
  const { transform, empty, type, split } = rule;
  const convert = compileConverter({ ...rule, type: type ?? 'string' });
  const isPlain = transform.length === 0;
  const nothing = empty === 'clear' ? null : undefined;
  /** Whether what is no text goes on as it is. */
  const isOpen = type === undefined && split === undefined;
  const failed = failureOf(rule, path);

  const ofText = (given: string, country: unknown): unknown => {
    if (given === '') return nothing;
    const text = isPlain ? given : transform.reduce((before, step) => TRANSFORMS[step](before), given);
    if (text === '') return nothing;
    const value = convert(text, typeof country === 'string' ? country : undefined);
    if (value instanceof NotConverted) return failed(value.expected, describeText(text));
    return Array.isArray(value) && value.length === 0 ? nothing : value;
  };
  const ofOne = (raw: unknown, country: unknown): unknown => {
    if (typeof raw === 'string') return ofText(raw, country);
    if (isOpen || raw === undefined || raw === null) return raw;
    if (typeof raw === 'object') return failed('one value', typeName(raw));
    return ofText(String(raw), country);
  };
  const ofList = (values: readonly unknown[], country: unknown): unknown => {
    const made = values.map((raw) => ofOne(raw, country)).filter((value) => value !== undefined && value !== null);
    const failure = made.find((value) => value instanceof Rejected || value instanceof Omitted);
    if (failure !== undefined) return failure;
    return made.length === 0 ? nothing : split === undefined ? made : made.flat();
  };

  return (raw, country) => {
    if (typeof raw === 'string') return ofText(raw, country);
    if (raw === undefined || raw === null || raw instanceof Rejected) return raw;
    if (raw instanceof Items) return ofList(raw.values, country);
    return Array.isArray(raw) && !(isOpen && isPlain) ? ofList(raw, country) : ofOne(raw, country);
  };
}

const TRANSFORMS: Readonly<Record<MappingRule['transform'][number], (text: string) => string>> = {
  trim: (text) => text.trim(),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
};

/** What comes of a value that can't be converted: its record is rejected, or it is left out. */
function failureOf(
  { type, source = '', destination }: MappingRule,
  path: readonly string[],
): (expected: string, found: string) => Rejected | Omitted {
  const pointer = reportedPointer(pointerTo(path));
  // Of somebody whose telephone number can't be read, all the rest is as good as ever.
  const unreadable = new Omitted({ pointer, reason: 'not-a-phone', column: source });
  if (type === 'phone') return () => unreadable;
  return (expected, found) => {
    const rejection: Rejection = {
      code: 'mapping-failed',
      column: source,
      message: `Column "${source}" can't become ${destination}: expected ${expected}`,
      pointer,
      expected,
      found,
    };
    return new Rejected(rejection);
  };
}
