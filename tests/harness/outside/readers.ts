import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';

const FINDS_IT = join('tests', 'harness', 'outside', 'data.ts');
const IMPORT = /\bfrom '(#tests\/|\.{1,2}\/)([^']+)'/g;

/** Test files that read outside data, themselves or through what they import; paths are from the top of the checkout. */
export function readersOfOutsideData(root: string): string[] {
  const files = readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('tests', file));
  const importersOf = new Map<string, string[]>();
  for (const file of files) {
    for (const imported of importsOf(root, file)) {
      importersOf.set(imported, [...(importersOf.get(imported) ?? []), file]);
    }
  }
  // A set that grows while it is gone through.
  const readers = new Set([FINDS_IT]);
  for (const reader of readers) for (const importer of importersOf.get(reader) ?? []) readers.add(importer);
  return [...readers]
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.split(sep).join('/'))
    .sort();
}

const importsOf = (root: string, file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map(([, start, path]) =>
    normalize(start === '#tests/' ? join('tests', path!) : join(file, '..', start!, path!)),
  );
