import { configDefaults, defineConfig } from 'vitest/config';
import { OUTSIDE_DATA, outsideData } from './tests/harness/outside/data.ts';
import { ALONE, NotRunReporter } from './tests/harness/outside/not-run.ts';
import { readersOfOutsideData } from './tests/harness/outside/readers.ts';
import { timeout } from './tests/harness/runs.ts';
import { NotRunHereReporter } from './tests/harness/upgrade/not-run.ts';

const quiet = { POWERTOOLS_LOG_LEVEL: 'SILENT' };
const limits = { setupFiles: ['tests/harness/setup.ts'], testTimeout: timeout, hookTimeout: timeout };
const needsAws = ['**/*.aws.test.ts'];

/** Where data lies beside the checkout, what reads it is run once more as if there were none. */
const alone = {
  test: {
    name: ALONE,
    env: { ...quiet, [OUTSIDE_DATA]: 'none' },
    include: readersOfOutsideData(import.meta.dirname),
    exclude: needsAws,
    ...limits,
  },
};

/** They measure the memory of their process, put another module in the place of one, or count what modules do: each has a process of its own. */
const inProcessesOfTheirOwn = [
  'tests/property/callers/scopes.test.ts',
  'tests/property/ingestion/hostile-{corpus,parquet}.test.ts',
  'tests/unit/segmentation/chain-steps.test.ts',
  'tests/unit/linear/*.test.ts',
];

/**
 * `unit`, `alone-in-process` and `infra` need nothing but this checkout. The files of `unit` and of `infra` share processes: to
 * load everything anew for each of two hundred files takes longer than most of the tests in them, and the stacks are
 * synthesised once. So that nothing leaks from one file into another, mocks and the environment are restored before each
 * test. `pack` installs what `npm pack` makes in an empty folder, its dependencies from npm's cache or the registry.
 * `browser` looks at the console in a Chromium, over a stage in the process of the tests.
 * `producers` ingests files of pandas, polars, DuckDB and others, which it installs with pip. `local` runs against a local AWS that its set-up finds or starts, one file after the other, because they share a deployment.
 */
export default defineConfig({
  test: {
    reporters: [...configDefaults.reporters, new NotRunReporter(), new NotRunHereReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          env: quiet,
          include: ['tests/{unit,property,contract}/**/*.test.ts'],
          exclude: [...needsAws, ...inProcessesOfTheirOwn],
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          ...limits,
        },
      },
      {
        test: {
          name: 'alone-in-process',
          env: quiet,
          include: inProcessesOfTheirOwn,
          ...limits,
        },
      },
      ...(outsideData('').isHere ? [alone] : []),
      {
        test: {
          name: 'infra',
          env: quiet,
          include: ['tests/infra/**/*.test.ts'],
          isolate: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          env: quiet,
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: ['tests/harness/console-stage/built.ts'],
          isolate: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'pack',
          include: ['tests/pack/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'producers',
          env: quiet,
          include: ['tests/producers/**/*.test.ts'],
          isolate: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'local',
          env: quiet,
          include: ['tests/contract/**/*.aws.test.ts', 'tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/harness/local-aws.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
