import { defineConfig } from 'vitest/config';

const quiet = { POWERTOOLS_LOG_LEVEL: 'SILENT' };

/**
 * `unit` and `infra` need nothing but this checkout; the files of `infra` share one process, so that the stacks are
 * synthesised once. `local` runs against a local AWS that its set-up finds or starts, one file after the other, because
 * they share a deployment.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          env: quiet,
          include: ['tests/{unit,property,contract}/**/*.test.ts'],
          exclude: ['**/*.aws.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
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
