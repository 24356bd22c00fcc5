import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import floors from './floors.json' with { type: 'json' };

/**
 * Checks who imports whom, and that the check itself works: it must see the files there are, know every module of core,
 * and find the violations that are planted for it, one on every floor. A checker that reads nothing also finds nothing.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
process.chdir(root);
const FOLDERS = ['bin', 'lib', 'lambdas', 'core', 'cli', 'client', 'console', 'examples/shop'];
const MIN_FILES = 500;
const MODULES = floors.flatMap(({ modules }) => modules);

/** A violation that the check has to find: a file and what it must not import. */
interface Planted {
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}

const PLANTED = 'planted';

/** On every floor an upward import of values and one of types only, into a file that is planted as well; and one impurity. */
const planted: readonly Planted[] = [
  {
    file: `core/util/${PLANTED}/impure.ts`,
    text: "import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n",
    rule: 'core-is-pure',
  },
  ...MODULES.slice(0, -1).flatMap((module, index): Planted[] => {
    const target = `#core/${MODULES[index + 1]}/${PLANTED}/target.ts`;
    const rule = `floor-of-${module}`;
    return [
      {
        file: `core/${module}/${PLANTED}/value.ts`,
        text: `import { value } from '${target}';\nexport const planted = value;\n`,
        rule,
      },
      {
        file: `core/${module}/${PLANTED}/type.ts`,
        text: `import type { Type } from '${target}';\nexport type Planted = Type;\n`,
        rule,
      },
    ];
  }),
];

/** Two files that know each other by their types only; the check names a cycle once. */
const cycle: readonly Planted[] = ['one', 'other'].map((name, index, names) => ({
  file: `core/util/${PLANTED}/${name}.ts`,
  text: `import type { Type as Other } from './${names[1 - index]}.ts';\nexport type Type = number | Other[];\n`,
  rule: 'no-cycles',
}));

async function withPlanted<T>(run: () => Promise<T>): Promise<T> {
  const targets = MODULES.map((module) => ({
    file: `core/${module}/${PLANTED}/target.ts`,
    text: 'export const value = 1;\nexport type Type = typeof value;\n',
  }));
  try {
    for (const { file, text } of [...targets, ...planted, ...cycle]) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    return await run();
  } finally {
    for (const module of MODULES) await rm(join('core', module, PLANTED), { recursive: true, force: true });
  }
}

async function check(folders: readonly string[]): Promise<ICruiseResult> {
  const options = await extractDepcruiseOptions(join(root, '.dependency-cruiser.cjs'));
  const { output } = await cruise([...folders], options, undefined, {
    tsConfig: extractTSConfig(join(root, 'tsconfig.json')),
  });
  return output as ICruiseResult;
}

const own = await check(FOLDERS);
const files = own.modules.filter(({ source }) => FOLDERS.some((folder) => source.startsWith(`${folder}/`)));
const found = own.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

const folders = (await readdir('core', { withFileTypes: true })).map((entry) => entry.name);
const unknown = folders.filter((name) => !MODULES.includes(name));
const missing = MODULES.filter((name) => !files.some(({ source }) => source.startsWith(`core/${name}/`)));

const { violations } = (await withPlanted(() => check(['core']))).summary;
const isFound = ({ file, rule }: Planted): boolean =>
  violations.some((one) => one.from === file && one.rule.name === rule);
const notFound = [...planted.filter((one) => !isFound(one)), ...(cycle.some(isFound) ? [] : cycle.slice(0, 1))];

const complaints = [
  ...found,
  ...(files.length < MIN_FILES ? [`only ${files.length} files were read, expected ${MIN_FILES} or more`] : []),
  ...unknown.map((name) => `core/${name} stands on no floor: put it into tests/harness/floors.json`),
  ...missing.map((name) => `core/${name} is on a floor, but no file of it was read`),
  ...notFound.map(({ file, rule }) => `the check is blind: ${rule} did not find the planted ${file}`),
];
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) {
  console.log(
    `Boundaries: ${files.length} files, ${MODULES.length} modules of core on ${floors.length} floors, no violation; ` +
      `all ${planted.length + 1} planted ones were found`,
  );
}
process.exitCode = complaints.length === 0 ? 0 : 1;
