import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type Installed, installTarball, nodesHere, type Run, run } from './installed.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.js'));
const TSC = join(ROOT, 'node_modules', '.bin', 'tsc');
const NODES = await nodesHere();
const newest = NODES.at(-1)!;

let installed: Installed;
beforeAll(async () => {
  installed = await installTarball(tmpdir());
});
afterAll(() => rm(dirname(installed.folder), { recursive: true, force: true }));

const inFolder = (program: string, args: readonly string[], path = newest.asFirst): Promise<Run> =>
  run(program, args, installed.folder, path);
const tributary = (...args: readonly string[]): Promise<Run> =>
  inFolder(join(installed.folder, 'node_modules', '.bin', 'tributary'), args);

describe('the tarball', () => {
  it('holds what was built, and neither sources nor tests', () => {
    const sources = installed.files.filter((path) => /\.ts$/.test(path) && !/\.d\.ts$/.test(path));
    expect(sources).toEqual([]);
    const folders = new Set(installed.files.map((path) => path.split('/')[0]));
    expect([...folders].sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'catalog', 'cli', 'dist', 'examples', 'package.json'].sort(),
    );
    expect(installed.files.length).toBeGreaterThan(500);
    expect(installed.unpackedSize).toBeLessThan(5_000_000);
  });

  it('names no file that is not in it', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    for (const target of [...targets, manifest.bin.tributary]) expect(installed.files).toContain(target.slice(2));
  });

  it('brings neither the CDK nor anything else that only a checkout needs', () => {
    const packages = readdirSync(join(installed.folder, 'node_modules'));
    expect(packages).toContain('zod');
    for (const name of Object.keys(manifest.devDependencies)) expect(packages).not.toContain(name);
  });
});

describe('the library', () => {
  const runs = NODES.flatMap(({ version, path }) => EXAMPLES.map((example) => ({ version, path, example })));

  it.each(runs)('runs examples/$example on Node $version, as docs/library.md shows', async ({ path, example }) => {
    const { code, stdout, stderr } = await inFolder(path, [join('examples', example)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { source, output } = await documented(example);
    expect(stdout.replaceAll('\r\n', '\n').trim()).toBe(output);
    expect((await readFile(join(ROOT, 'examples', example), 'utf8')).trim()).toBe(source);
  });

  it('loads nothing but its own files, four packages and parts of Node that read and write nothing', async () => {
    await writeFile(join(installed.folder, 'loaded.js'), LOADED);
    const { stdout, stderr } = await inFolder(newest.path, ['loaded.js']);
    expect(stderr).toBe('');
    const { own, others } = JSON.parse(stdout) as { own: number; others: readonly string[] };
    const packages = ['libphonenumber-js', 're2js', 'safe-stable-stringify', 'zod'];
    expect([...others].sort()).toEqual([...packages, 'node:buffer', 'node:crypto', 'node:zlib'].sort());
    expect(own).toBeGreaterThan(100);
  });

  it.each([
    { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false, include: ['examples/*.js'] },
    { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true, include: [] },
  ])('has types (module resolution $moduleResolution, with $include)', async ({ include: examples, ...own }) => {
    await writeFile(join(installed.folder, 'consumer.ts'), CONSUMER);
    const compilerOptions = { ...STRICT, ...own };
    const config = `tsconfig.${own.moduleResolution}.json`;
    const include = ['consumer.ts', ...examples];
    await writeFile(join(installed.folder, config), JSON.stringify({ compilerOptions, include }));
    const { code, stdout } = await inFolder(TSC, ['-p', config]);
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });
});

describe('the commands', () => {
  it.each(NODES)('tell their version on Node $version', async ({ asFirst }) => {
    const { code, stdout, stderr } = await inFolder('npx', ['--no-install', 'tributary', '--version'], asFirst);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it.each(NODES.filter(({ major }) => major < 22))('say in one line that Node $version is too old', async (old) => {
    const { code, stdout, stderr } = await inFolder('npx', ['--no-install', 'tributary', '--help'], old.asFirst);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Node \d+\.\d+\.\d+ is too old .* 22\.13 or newer\. [^\n]*\n$/);
  });

  it('run a catalog over files without a checkout', async () => {
    const catalog = join('node_modules', 'tributary', 'catalog');
    const now = '2026-06-01T00:00:00Z';
    expect(await tributary('example', 'generate', '--out', 'data', '--now', now)).toMatchObject({
      code: 0,
      stderr: '',
    });
    const input = ['logins=data/logins.ndjson', 'customers=data/customers.csv', 'regions=data/regions.ndjson'];
    const args = ['--catalog', catalog, '--now', now, ...input.flatMap((each) => ['--input', each])];
    const { code, stdout } = await tributary('replay', ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/gold-and-silver/);
  });

  it('check and explain definitions', async () => {
    const catalog = ['--catalog', join('node_modules', 'tributary', 'catalog')];
    expect(await tributary('catalog', 'validate', ...catalog)).toMatchObject({ code: 0 });
    expect(await tributary('segment', 'plan', ...catalog, 'cart-abandoners')).toMatchObject({ code: 0 });
    const rules = { namespacePriority: ['CRMID'], uniqueNamespaces: [], events: [['CRMID:1', 'ECID:2']] };
    await writeFile(join(installed.folder, 'events.json'), JSON.stringify(rules));
    const { stdout } = await tributary('identity', 'simulate', 'events.json');
    expect(JSON.parse(stdout)).toMatchObject({ graphs: [['CRMID:1', 'ECID:2']] });
  });

  it.each(['start', 'stop'])('say of "%s" in one line that it needs a checkout', async (command) => {
    const { code, stdout, stderr } = await tributary(command);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^"\w+" works in a checkout only.*clone.*npm ci && npm start.*\n$/);
  });

  it('say where a local stage can come from, as there is none in a package', async () => {
    const { code, stdout, stderr } = await tributary('status');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^No local AWS is running\. .* in a checkout .* AWS_ENDPOINT_URL [^\n]*\n$/);
  });
});

/** An example as docs/library.md shows it: the program, and after it what it prints. */
async function documented(example: string): Promise<{ readonly source: string; readonly output: string }> {
  const page = await readFile(join(ROOT, 'docs', 'library.md'), 'utf8');
  const section = page.slice(page.indexOf(`(../examples/${example})`));
  const [, source = '', output = ''] = /```js\n(.*?)\n```\n.*?```text\n(.*?)\n```/s.exec(section) ?? [];
  return { source, output };
}

const STRICT = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowJs: true,
  checkJs: true,
  target: 'ES2023',
  lib: ['ES2023'],
  types: [],
};

/** Loads everything that the package exports, and prints what was loaded for it. */
const LOADED = `
import { registerHooks } from 'node:module';
import { readFileSync } from 'node:fs';
const loaded = new Set();
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    loaded.add(resolved.url);
    return resolved;
  },
});
const { name, exports } = JSON.parse(readFileSync('node_modules/tributary/package.json', 'utf8'));
for (const path of Object.keys(exports)) if (path !== './package.json') await import(name + path.slice(1));
const packageOf = (url) => /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? url;
const packages = [...loaded].map(packageOf);
const others = [...new Set(packages)].filter((each) => each !== name).sort();
console.log(JSON.stringify({ own: packages.filter((each) => each === name).length, others }));
`;

/** A program that uses the types; it compiles only where wrong uses are seen too. */
const CONSUMER = `
import { destinations, identity, pql, profile } from 'tributary';
import { defineDestination, InputError } from 'tributary/destinations';
import { type LinkingSettings, simulateGraphs } from 'tributary/identity';
import { compilePql, PqlError, type SegmentPlan } from 'tributary/pql';
import { foldProfiles, type Profile, type ProfileRecord } from 'tributary/profile';

const settings: LinkingSettings = { namespacePriority: ['CRMID'], uniqueNamespaces: [] };
const graphs: readonly (readonly string[])[] = simulateGraphs(settings, [['CRMID:1', 'ECID:2']]).graphs;
const records: readonly ProfileRecord[] = [];
const profiles: readonly Profile[] = foldProfiles(records, settings).profiles;
const plan: SegmentPlan | undefined = compilePql({ a: 'x = 1' }).plans.get('a');
const webhook = defineDestination({ id: 'a', type: 'http', url: 'https://a.example', segments: ['a'] });
if (webhook.type === 'http') webhook.url satisfies string;
const change = { segmentId: 'a', lastQualificationTime: 0, identities: [] };
// @ts-expect-error there is no such status
destinations.previewDestination(webhook, [{ ...change, status: 'maybe' }], { now: 0 });
// @ts-expect-error it has no time
profile.foldProfiles([{ datasetId: 'a', behaviour: 'record', identities: [], entity: {} }], settings);
// @ts-expect-error there is no such type
defineDestination({ id: 'a', type: 'pigeon', segments: ['a'] });
// @ts-expect-error nothing is any
graphs.nothing;
declare global {
  // Of what every runtime has and ES2023 has not, as much as is used here and by zod's types.
  interface URL {}
  var console: { log(...texts: unknown[]): void };
}
export const all = [graphs, profiles, plan, identity, pql, PqlError, InputError];
`;
