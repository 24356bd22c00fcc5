import { readFileSync, writeFileSync } from 'node:fs';
import { typesTable } from '#core/activation/describe.ts';

const PAGE = 'docs/destinations.md';

/** The page on destinations with the table of all types as the registry has it. */
export const withTypesTable = (page: string): string =>
  page.replace(/<!-- types -->[\s\S]*<!-- \/types -->/, () => `<!-- types -->\n\n${typesTable()}\n\n<!-- /types -->`);

// Run by hand after a type was added.
if (process.argv[1]?.endsWith('types-table.ts')) writeFileSync(PAGE, withTypesTable(readFileSync(PAGE, 'utf8')));
