import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/**
 * Checks who imports whom, and that the check itself works: it must see the modules there are, and it must find a
 * violation that is planted for it. A checker that reads nothing also finds nothing.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
process.chdir(root);
const ROOMS = ['bin', 'lib', 'lambdas', 'core', 'cli'];
const FEWEST_MODULES = 180;

/** A file in core that imports what it must not, in a room of its own. */
async function withPlantedViolation<T>(run: () => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(root, 'core', 'planted-'));
  try {
    await writeFile(
      join(folder, 'violation.ts'),
      "import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n",
    );
    return await run();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function check(rooms: readonly string[]): Promise<ICruiseResult> {
  const options = await extractDepcruiseOptions(join(root, '.dependency-cruiser.cjs'));
  const { output } = await cruise([...rooms], options, undefined, {
    tsConfig: extractTSConfig(join(root, 'tsconfig.json')),
  });
  return output as ICruiseResult;
}

const own = await check(ROOMS);
const modules = own.modules.filter(({ source }) => ROOMS.some((room) => source.startsWith(`${room}/`)));
const found = own.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
const planted = await withPlantedViolation(() => check(['core']));
const wasFound = planted.summary.violations.some(
  ({ from, rule }) => from.includes('planted-') && rule.name === 'core-is-pure',
);

const complaints = [
  ...found,
  ...(modules.length < FEWEST_MODULES
    ? [`only ${modules.length} modules were read, expected ${FEWEST_MODULES} or more`]
    : []),
  ...(wasFound ? [] : ['the planted violation was not found: the check is blind']),
];
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0)
  console.log(`Boundaries: ${modules.length} modules, no violation; the planted one was found`);
process.exitCode = complaints.length === 0 ? 0 : 1;
