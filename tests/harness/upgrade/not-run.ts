import type { Reporter, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** What is not run here, and why: said at the end of a run. */
    notRun?: string;
  }
}

/** Says in a line each, at the end of a run, what could not be run here. */
export class NotRunHereReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap(({ children }) =>
      [...children.allSuites()].flatMap((suite) => suite.meta().notRun ?? []),
    );
    for (const line of new Set(lines)) console.log(`Not run: ${line}.\n`);
  }
}
