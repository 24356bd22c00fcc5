import type { Apply, EagerFunction, Functions, Parameter } from '../function.ts';
import { ANY, BOOLEAN, listOf, NUMBER, oneOf, type StaticType } from '../types.ts';
import { asBoolean, type Budget } from '../values.ts';

const LIST: Parameter = { name: 'list', takes: 'list' };
const VALUES: Parameter = { name: 'value', takes: 'any', nullable: true };
const itemOf = (type: StaticType | undefined): StaticType => type?.item ?? ANY;

const items = (value: unknown): readonly unknown[] => value as readonly unknown[];

function spent(list: readonly unknown[], budget: Budget): readonly unknown[] {
  budget.spend(list.length);
  return list;
}

/** `first(list)`, and Adobe's `first(1, 2, 3)`. */
const end = (at: 0 | -1): EagerFunction => ({
  parameters: [VALUES],
  repeats: 1,
  result: (types) => (types.length === 1 ? itemOf(types[0]) : oneOf(types)),
  make: () => {
    return (args) => {
      const list = args.length === 1 && Array.isArray(args[0]) ? items(args[0]) : args;
      return list.at(at) ?? null;
    };
  },
});

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

const joined: (budget: Budget) => Apply = (budget) => (args) => spent(args.flatMap(items), budget);

export const LIST_FUNCTIONS: Functions = {
  first: end(0),
  last: end(-1),
  size_of: {
    parameters: [{ name: 'value', takes: 'any' }],
    result: NUMBER,
    make:
      () =>
      ([value]) =>
        Array.isArray(value) ? value.length : typeof value === 'object' ? Object.keys(value as object).length : 1,
  },
  is_empty: {
    parameters: [VALUES],
    result: BOOLEAN,
    make:
      () =>
      ([value]) =>
        isEmpty(value),
  },
  to_array: {
    parameters: [{ name: 'include nulls', takes: 'boolean' }, VALUES],
    repeats: 1,
    result: ([, ...types]) => listOf(oneOf(types)),
    make: ({ budget }) => {
      return ([includesNulls, ...values]) =>
        spent(asBoolean(includesNulls) ? values : values.filter((value) => value !== null), budget);
    },
  },
  add_to_array: {
    parameters: [LIST, VALUES],
    repeats: 1,
    result: ([list, ...types]) => listOf(oneOf([itemOf(list), ...types])),
    make: ({ budget }) => {
      return ([list, ...values]) => spent([...items(list), ...values], budget);
    },
  },
  join_arrays: {
    parameters: [LIST],
    repeats: 1,
    result: (types) => listOf(oneOf(types.map(itemOf))),
    make: ({ budget }) => joined(budget),
  },
  distinct: {
    parameters: [LIST],
    result: ([list]) => listOf(itemOf(list)),
    make: ({ budget }) => {
      return ([list]) => [...new Set(spent(items(list), budget))];
    },
  },
};
