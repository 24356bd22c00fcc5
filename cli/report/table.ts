/** Rows of text in columns; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => (typeof cell === 'number' ? format(cell) : cell)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ')}`.trimEnd();
  const rule = `  ${widths.map((width) => '-'.repeat(width)).join('  ')}`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

const format = (value: number): string => value.toLocaleString('en-US');

/** `reason 3, other 1`, largest first; what has been replayed meanwhile leaves a zero, which says nothing. */
export function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .sort(([, x], [, y]) => y - x)
    .map(([reason, count]) => `${reason} ${format(count)}`)
    .join(', ');
}
