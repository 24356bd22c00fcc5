/** A row of a CSV file by its columns, as mappings take it: its cells and its header. */
export const cellsOf = (row: Readonly<Record<string, string>>): [cells: string[], header: string[]] => [
  Object.values(row),
  Object.keys(row),
];
