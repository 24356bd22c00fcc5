import type { MappingRule } from '#core/catalog/definitions.ts';
import type { Refusal } from './record.ts';

type Row = Readonly<Record<string, string>>;
type Mapped = { readonly value: Record<string, unknown> } | { readonly refusal: Refusal };

/**
 * Compiles the mapping of a dataset: columns and constants become fields. Without rules, columns with dots in their
 * names become nested fields. An empty column leaves its field out.
 */
export function compileMapping(rules: readonly MappingRule[]): (row: Row) => Mapped {
  if (rules.length === 0)
    return (row) => ({ value: nested(Object.entries(row).map(([name, text]) => [name.split('.'), text])) });
  const compiled = rules.map((rule) => ({ rule, path: rule.destination.split('.') }));
  return (row) => {
    const fields: [string[], unknown][] = [];
    for (const { rule, path } of compiled) {
      const text = rule.source === undefined ? undefined : transformed(row[rule.source], rule.transform);
      if (rule.constant !== undefined) fields.push([path, rule.constant]);
      else if (text !== undefined && text !== '') {
        const value = convert(text, rule.type);
        if (value === undefined) return { refusal: notConvertible(rule, text) };
        fields.push([path, value]);
      }
    }
    return { value: nested(fields) };
  };
}

function transformed(text: string | undefined, steps: MappingRule['transform']): string | undefined {
  if (text === undefined) return undefined;
  return steps.reduce((value, step) => {
    if (step === 'trim') return value.trim();
    return step === 'lower' ? value.toLowerCase() : value.toUpperCase();
  }, text);
}

const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** @returns undefined where the text is no such value */
function convert(text: string, type: MappingRule['type']): unknown {
  switch (type) {
    case 'string':
      return text;
    case 'number':
    case 'integer': {
      const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
      const fits = type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
      return fits ? value : undefined;
    }
    case 'boolean':
      return BOOLEANS[text.trim().toLowerCase()];
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text.trim()) && !Number.isNaN(Date.parse(text.trim())) ? text.trim() : undefined;
    case 'date-time': {
      const instant = INSTANT.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
      return Number.isNaN(instant) ? undefined : new Date(instant).toISOString();
    }
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  '1': true,
  '0': false,
};

const EXPECTED: Readonly<Record<MappingRule['type'], string>> = {
  string: 'text',
  number: 'a number such as 12.50',
  integer: 'a whole number',
  boolean: 'true or false',
  date: 'a day such as 2026-01-31',
  'date-time': 'an instant with its zone, such as 2026-01-31T12:00:00Z',
};

const notConvertible = (rule: MappingRule, text: string): Refusal => ({
  code: 'mapping-failed',
  message: `Column "${rule.source}" cannot become ${rule.destination}: expected ${EXPECTED[rule.type]}`,
  pointer: `/${rule.destination.replaceAll('.', '/')}`,
  expected: EXPECTED[rule.type],
  found: `${text.length} characters of text`,
});

function nested(fields: readonly (readonly [readonly string[], unknown])[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of fields) {
    let target = result;
    for (const name of path.slice(0, -1)) {
      const child = Object.hasOwn(target, name) ? target[name] : undefined;
      const next = typeof child === 'object' && child !== null ? (child as Record<string, unknown>) : {};
      if (next !== child) define(target, name, next);
      target = next;
    }
    define(target, path.at(-1)!, value);
  }
  return result;
}

/** Sets a field of its own, whatever its name is. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
