import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { TestModule } from 'vitest/node';
import { OUTSIDE_DATA, outsideData, whyAbsent } from '#tests/harness/outside/data.ts';
import { ALONE, notRunLine, notRunOf } from '#tests/harness/outside/not-run.ts';
import { readersOfOutsideData } from '#tests/harness/outside/readers.ts';

const sources = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('outside-data.test.ts'))
  .map((file) => ({ file, text: readFileSync(join('tests', file), 'utf8') }));
const filesWith = (pattern: RegExp, among = /./): string[] =>
  sources.filter(({ file, text }) => among.test(file) && pattern.test(text)).map(({ file }) => file);

/** What `tests/harness/outside/data.ts` is for, done by hand. */
const BY_HAND = /\.\.\/shared|(?:join|resolve)\([^)]*['"`]shared\b|TRIBUTARY_OUTSIDE_DATA/;

describe('data from outside the checkout', () => {
  it.each(["readFileSync('../shared/data/x')", "join('..', 'shared', 'data')", 'process.env.TRIBUTARY_OUTSIDE_DATA'])(
    'is looked for by %s, which would be found here',
    (planted) => expect(planted).toMatch(BY_HAND),
  );

  it('is found in one place only', () => {
    expect(filesWith(BY_HAND)).toEqual([join('harness', 'outside', 'data.ts')]);
  });

  it('is skipped by describeOutside only, so that it is counted', () => {
    expect(filesWith(/\bisHere\b/).length, 'the search finds what it looks for').toBeGreaterThan(0);
    expect(filesWith(/\bisHere\b/, /\.(test|contract)\.ts$/)).toEqual([]);
  });

  it('is read by test files that are known, also those that read it through others', () => {
    const root = mkdtempSync(join(tmpdir(), 'tributary-readers-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const files = {
      'tests/harness/outside/data.ts': '',
      'tests/harness/shop/data.ts': "import { outsideData } from '../outside/data.ts';",
      'tests/unit/people.ts': "import { shop } from '#tests/harness/shop/data.ts';",
      'tests/unit/a.test.ts': "import {\n  people,\n} from './people.ts';",
      'tests/unit/b.test.ts': "import { other } from './other.ts';",
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    expect(readersOfOutsideData(root)).toEqual(['tests/unit/a.test.ts']);
    expect(readersOfOutsideData('.')).toContain('tests/unit/replay/luma-more.test.ts');
  });
});

describe('a checkout with nothing beside it', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('is what a checkout is taken for when asked to', () => {
    vi.stubEnv(OUTSIDE_DATA, 'none');
    expect(outsideData('')).toMatchObject({ name: '../shared/', isHere: false });
    expect(whyAbsent()).toBe('left aside, as TRIBUTARY_OUTSIDE_DATA is "none"');
  });

  it('is told from one that has other data than is asked for', () => {
    vi.stubEnv(OUTSIDE_DATA, undefined);
    expect(outsideData('data/nowhere')).toMatchObject({ name: '../shared/data/nowhere', isHere: false });
    expect(whyAbsent()).toBe('not beside this checkout');
  });
});

describe('the line about what was not run', () => {
  const test = (data: string, project = 'unit') => ({ project, what: 'test' as const, data });

  it('is not there where all was run', () => {
    expect(notRunLine([], 'whatever')).toBeUndefined();
  });

  it('counts tests by what they read, and says why they were not run', () => {
    const suite = { project: 'unit', what: 'suite' as const, data: '../shared/b' };
    const all = [test('../shared/a'), test('../shared/a'), test('../shared/b'), suite, test('../shared/a', 'local')];
    expect(notRunLine(all, 'not beside this checkout')).toBe(
      'Not run: 2 tests that read ../shared/a (unit), 1 test and 1 suite that read ../shared/b (unit), ' +
        '1 test that reads ../shared/a (local): not beside this checkout.',
    );
  });

  const moduleOf = (project: string) => {
    const meta = (outsideData?: string) => () => ({ outsideData });
    const children = {
      allTests: () => [{ meta: meta('../shared/a') }, { meta: meta() }],
      allSuites: () => [
        { children: { size: 1 }, meta: meta('../shared/a') },
        { children: { size: 0 }, meta: meta('../shared/b') },
      ],
    };
    return { project: { name: project }, children } as unknown as TestModule;
  };

  it('counts what is skipped for want of data, and suites whose cases are in the data', () => {
    expect(notRunOf(moduleOf('unit'))).toEqual([
      test('../shared/a'),
      { project: 'unit', what: 'suite', data: '../shared/b' },
    ]);
  });

  it('leaves out what another project has run with the data', () => {
    expect(notRunOf(moduleOf(ALONE))).toEqual([]);
  });
});
