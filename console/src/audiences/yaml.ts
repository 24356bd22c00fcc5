import type { Definition } from './model.ts';

/** A definition as a file of a catalog: JSON strings are YAML, and the rule is written on lines of its own. */
export function yamlOf(definition: Definition): string {
  const { expression, ...rest } = definition;
  const lines = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `${[...lines, 'expression:', '  type: PQL', '  format: pql/text', ...valueLines(expression.value)].join('\n')}\n`;
}

/** A block is possible where it means the same: no line begins with a space before all others, none ends with a carriage return. */
function valueLines(value: string): string[] {
  const text = value.replace(/\n$/, '');
  const isPlain = text !== '' && !/^\s|\n$/.test(text) && !/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u.test(text);
  if (!isPlain) return [`  value: ${JSON.stringify(value)}`];
  return [
    `  value: |${value.endsWith('\n') ? '' : '-'}`,
    ...text.split('\n').map((line) => (line === '' ? '' : `    ${line}`)),
  ];
}
