import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUNCTION_NAMES } from '#core/contract/functions.ts';
import { FUNCTION_SIZES } from '#lib/config/defaults.ts';
import { stageSettings } from '#lib/config/schema.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations', 'stages.md'), 'utf8');

interface Shape {
  readonly type?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Shape[];
  readonly items?: Shape;
  readonly additionalProperties?: Shape | false;
}

/** What a table says of one setting: how it is called, what it may be, and what it is when nothing is said. */
type Row = readonly [setting: string, values: string, standard: string];

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function valuesOf({ type, enum: choice, minimum, maximum }: Shape): string {
  if (choice) return choice.map(code).join(', ');
  if (type === 'boolean') return '`true`, `false`';
  return type === 'integer' ? `${minimum} to ${maximum}` : 'text';
}

/** The settings below one, each a row. @param isRequired whether what is around it cannot do without it */
function rowsOf(name: string, shape: Shape, isRequired: boolean): Row[] {
  if (shape.oneOf) return unionRows(name, shape);
  if (shape.properties) {
    return Object.entries(shape.properties).flatMap(([key, inner]) =>
      rowsOf(`${name}.${key}`, inner, shape.required?.includes(key) === true),
    );
  }
  if (shape.items) return rowsOf(`${name}[]`, shape.items, false);
  if (shape.additionalProperties) return rowsOf(`${name}.<name>`, shape.additionalProperties, false);
  const standard = shape.default === undefined ? (isRequired ? 'must be given' : 'none') : code(shape.default);
  return [[name, valuesOf(shape), standard]];
}

/** Alternatives that are told apart by one setting, together. */
function unionRows(name: string, { oneOf = [], default: standard }: Shape): Row[] {
  const rows = new Map<string, Row>();
  for (const one of oneOf) for (const row of rowsOf(name, one, false)) rows.set(row[0], row);
  const [key, value] = Object.entries(standard as Record<string, unknown>)[0]!;
  const choice = oneOf.map(({ properties }) => code(properties?.[key]?.const)).join(', ');
  rows.set(`${name}.${key}`, [`${name}.${key}`, choice, code(value)]);
  return [...rows.values()];
}

const { functions, ...settings } = (z.toJSONSchema(stageSettings, { io: 'input' }) as Shape).properties!;
const [aFunction] = FUNCTION_NAMES;
const expected: Row[] = [
  ...Object.entries(settings).flatMap(([name, shape]) =>
    rowsOf(name, shape, ['removal', 'deletionProtection'].includes(name)),
  ),
  ...rowsOf('functions.<name>', functions!.properties![aFunction!]!, false).map(([name, values, standard]): Row => {
    return [name, values, standard === 'none' ? standard : 'see below'];
  }),
];

const tableRows = (heading: RegExp): string[][] => {
  const lines = PAGE.split('\n');
  const rows: string[][] = [];
  for (const [index, line] of lines.entries()) {
    if (!heading.test(line)) continue;
    for (const row of lines.slice(index + 2)) {
      if (!row.startsWith('|')) break;
      rows.push(row.split(' | ').map((cell) => cell.replace(/^\| *| *\|$/g, '').trim()));
    }
  }
  return rows;
};

describe('docs/operations/stages.md', () => {
  it('describes every setting there is, with what it may be and what it is when nothing is said', () => {
    const described = tableRows(/^\| setting +\| values/);
    expect(described.map(([name, values, standard]) => [name?.replaceAll('`', ''), values, standard])).toEqual(
      expected.map((row) => [...row]),
    );
    for (const [name, , , meaning = ''] of described) expect(meaning.length, name).toBeGreaterThan(10);
  });

  it('has the size of every function', () => {
    expect(tableRows(/^\| function /).map((row) => row.slice(0, 3))).toEqual(
      FUNCTION_NAMES.map((name) => [
        code(name),
        FUNCTION_SIZES[name].memoryMb.toLocaleString('en-US'),
        String(FUNCTION_SIZES[name].timeoutSeconds),
      ]),
    );
  });
});
