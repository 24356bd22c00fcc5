import type { Event, Membership, Operator, Sequence, Test, Value } from '#core/segmentation/blocks/model.ts';
import { COMPARISONS, TEXT_OPERATORS } from '#core/segmentation/blocks/model.ts';
import type { Field } from '../model.ts';
import type { Leaf } from './tree.ts';

/** What kind of values a field has, as far as its tests go. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'list' | 'other';

export function kindOf(field: Field | undefined): FieldKind {
  if (!field) return 'text';
  if (field.isList) return 'list';
  const types = field.types.filter((type) => type !== 'null');
  if (types.length > 0 && types.every((type) => type === 'number' || type === 'integer')) return 'number';
  if (types.length === 1 && types[0] === 'boolean') return 'boolean';
  return types.includes('object') ? 'other' : 'text';
}

/** Of texts; of a list, that one of its values is so. */
const OF_TEXT: readonly Operator[] = [
  '=',
  '!=',
  'in',
  'notIn',
  'notInOrUnknown',
  ...TEXT_OPERATORS,
  'matches',
  'known',
  'unknown',
];

const OPERATORS: Readonly<Record<FieldKind, readonly Operator[]>> = {
  text: OF_TEXT,
  number: [...COMPARISONS, 'in', 'notIn', 'notInOrUnknown', 'known', 'unknown'],
  boolean: ['=', '!=', 'known', 'unknown'],
  list: OF_TEXT,
  other: ['known', 'unknown', ...COMPARISONS],
};

/** What can be asked of a field, and what is asked of it now whatever it is. */
export function operatorsFor(field: Field | undefined, { op, counted }: Test): readonly Operator[] {
  const all = counted ? COMPARISONS : OPERATORS[kindOf(field)];
  return all.includes(op) ? all : [...all, op];
}

/** The path of a field as rules write it: names that are none of PQL in backquotes. */
export const pathOf = ({ path }: Pick<Field, 'path'>): string =>
  path.map((name) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `\`${name.replaceAll('`', '``')}\``)).join('.');

/** A test that can be made at once: it is changed afterwards. */
export function newTest(field: Field): Test {
  const path = pathOf(field);
  const [first] = field.values ?? [];
  if (first) return { path, op: '=', values: [first.value] };
  switch (kindOf(field)) {
    case 'number':
      return { path, op: '>=', values: [1] };
    case 'boolean':
      return { path, op: '=', values: [true] };
    default:
      return { path, op: 'known', values: [] };
  }
}

/** The same test with another operator: values are kept where they still fit. */
export function withOperator(test: Test, op: Operator, kind: FieldKind): Test {
  const { path, counted, values } = test;
  const [first = initial(kind)] = values;
  const base = { path, ...(counted && { counted }) };
  if (op === 'known' || op === 'unknown') return { ...base, op, values: [] };
  if (op === 'in' || op === 'notIn' || op === 'notInOrUnknown')
    return { ...base, op, values: values.length > 0 ? values : [first] };
  if (op === 'matches') return { ...base, op, values: [String(first)] };
  if (op === 'contains' || op === 'startsWith' || op === 'endsWith') {
    return { ...base, op, values: [String(first)], caseSensitive: test.caseSensitive ?? false };
  }
  return { ...base, op, values: [first] };
}

const initial = (kind: FieldKind): Value => (kind === 'number' ? 0 : kind === 'boolean' ? true : '');

const LAST_30_DAYS = { is: 'last', amount: 30, unit: 'day' } as const;

export const newAttribute = (field: Field): Leaf => ({ kind: 'attribute', test: newTest(field) });

export const newEvent = (tests: readonly Test[] = []): Event => ({
  kind: 'event',
  name: 'E',
  where: { join: 'all', tests },
  window: LAST_30_DAYS,
  measure: { fn: 'some' },
});

/** A field of a profile is asked for; one of an event is asked of events. */
export const blockFor = (field: Field): Leaf =>
  field.of === 'profile' ? newAttribute(field) : newEvent([newTest(field)]);

export const newMembership = (audience: string): Membership => ({ kind: 'membership', audience, in: true });

export const newSequence = (): Sequence => ({
  kind: 'sequence',
  steps: [newStep('A', { amount: 7, unit: 'day' }), newStep('B', { amount: 24, unit: 'hour' })],
});

export const newStep = (name: string, within: Sequence['steps'][number]['within']): Sequence['steps'][number] => ({
  name,
  where: { join: 'all', tests: [] },
  count: 1,
  within,
});

/** A name that no other step has. */
export const freeName = (steps: Sequence['steps']): string =>
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].find((letter) => steps.every(({ name }) => name !== letter)) ?? `S${steps.length}`;

/** Values of a test that no schema lists for the field. */
export const strangeValues = ({ values }: Test, field: Field | undefined): readonly Value[] =>
  field?.values ? values.filter((value) => !field.values!.some((known) => known.value === value)) : [];
