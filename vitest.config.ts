import { defineConfig } from 'vitest/config';

/**
 * `unit` needs nothing but this checkout; `local` runs against a local AWS that its set-up finds or starts, one file
 * after the other because they share a deployment; `bench` measures and asserts nothing.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
          include: ['tests/{unit,property,contract,infra}/**/*.test.ts'],
          exclude: ['**/*.aws.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'local',
          include: ['tests/contract/**/*.aws.test.ts', 'tests/{integration,e2e}/**/*.test.ts'],
          globalSetup: ['tests/harness/local-aws.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
