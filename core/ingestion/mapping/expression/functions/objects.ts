import { decodeJson, isUnsafeKey } from '../../../text/decode-json.ts';
import type { EagerFunction, Functions, Parameter, Written } from '../function.ts';
import { ANY, BOOLEAN, listOf, OBJECT, TEXT } from '../types.ts';
import { asList, asText, type Budget, Unusable } from '../values.ts';

const TEXT_ARGUMENT: Parameter = { name: 'text', takes: 'text' };
const OBJECT_ARGUMENT: Parameter = { name: 'object', takes: 'object' };
const KEY: Parameter = { name: 'key', takes: 'text' };
const delimiter = (name: string): Parameter => ({ name, takes: 'text', optional: true, nullable: true });

type Fields = Record<string, unknown>;

/** @throws Unusable for names that could reach what objects inherit */
function setField(fields: Fields, name: string, value: unknown): void {
  if (isUnsafeKey(name) || name === '') throw new Unusable('the name of a field', 'a reserved or empty name');
  fields[name] = value;
}

/** `to_object("street", a, "city", b)`. */
const toObject: EagerFunction = {
  parameters: [KEY, { name: 'value', takes: 'any', nullable: true }],
  repeats: 2,
  result: OBJECT,
  make: ({ budget }) => {
    return (args) => {
      budget.spend(args.length);
      const fields: Fields = {};
      for (let i = 0; i < args.length; i += 2) setField(fields, args[i] as string, args[i + 1]);
      return fields;
    };
  },
};

/** `arrays_to_objects("sku", skus, "price", prices)`: as many objects as the longest list has items. */
const arraysToObjects: EagerFunction = {
  parameters: [KEY, { name: 'list', takes: 'list', nullable: true }],
  repeats: 2,
  result: listOf(OBJECT),
  make: ({ budget }) => {
    return (args) => {
      const lists = args.flatMap((arg, i) => (i % 2 === 1 ? [arg === null ? [] : asList(arg)] : []));
      const length = lists.reduce((most, list) => Math.max(most, list.length), 0);
      budget.spend(length * lists.length);
      return Array.from({ length }, (_, item) => {
        const fields: Fields = {};
        for (const [i, list] of lists.entries()) setField(fields, args[2 * i] as string, list[item] ?? null);
        return fields;
      });
    };
  },
};

/** Pairs of a text such as `a=1,b=2`; where a name comes twice the last counts. */
function pairsOf(text: string, between: string, behind: string, budget: Budget): [string, string][] {
  budget.spend(text.length);
  return text.split(behind).flatMap((pair): [string, string][] => {
    const at = pair.indexOf(between);
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + between.length).trim()]];
  });
}

const separators = (value: unknown, field: unknown): [string, string] => [
  (value as string | null | undefined) || ':',
  (field as string | null | undefined) || ',',
];

function parseJson(text: unknown, { budget }: Written): unknown {
  budget.spend((text as string).length);
  const decoded = decodeJson(Buffer.from(text as string));
  if (decoded.rejection)
    throw new Unusable(decoded.rejection.expected ?? 'JSON', decoded.rejection.found ?? 'other text');
  return decoded.value;
}

export const OBJECT_FUNCTIONS: Functions = {
  to_object: toObject,
  arrays_to_objects: arraysToObjects,
  str_to_object: {
    parameters: [TEXT_ARGUMENT, delimiter('between'), delimiter('behind')],
    result: OBJECT,
    make: ({ budget }) => {
      return ([text, value, field]) => {
        const fields: Fields = {};
        for (const [name, inside] of pairsOf(text as string, ...separators(value, field), budget))
          setField(fields, name, inside);
        return fields;
      };
    },
  },
  get_values: {
    parameters: [TEXT_ARGUMENT, KEY, delimiter('between'), delimiter('behind')],
    result: TEXT,
    make: ({ budget }) => {
      return ([text, key, value, field]) =>
        pairsOf(text as string, ...separators(value, field), budget).findLast(([name]) => name === key)?.[1] ?? null;
    },
  },
  json_to_object: {
    parameters: [TEXT_ARGUMENT],
    result: ANY,
    make:
      (written) =>
      ([text]) =>
        parseJson(text, written),
  },
  get_keys: {
    parameters: [OBJECT_ARGUMENT],
    result: listOf(TEXT),
    make: ({ budget }) => {
      return ([object]) => {
        const keys = Object.keys(object as Fields);
        budget.spend(keys.length);
        return keys;
      };
    },
  },
  map_get_values: {
    parameters: [OBJECT_ARGUMENT, KEY],
    result: ANY,
    make:
      () =>
      ([object, key]) =>
        valueAt(object as Fields, asText(key)),
  },
  map_has_keys: {
    parameters: [OBJECT_ARGUMENT, KEY],
    repeats: 1,
    result: BOOLEAN,
    make: () => {
      return ([object, ...keys]) => keys.every((key) => Object.hasOwn(object as Fields, key as string));
    },
  },
};

const valueAt = (object: Fields, key: string): unknown => (Object.hasOwn(object, key) ? (object[key] ?? null) : null);
