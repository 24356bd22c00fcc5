import type { Reporter, TestModule } from 'vitest/node';
import { whyAbsent } from './data.ts';
import type {} from './describe.ts';

/** The project that runs the readers of outside data once more, as if there were none. */
export const ALONE = 'alone';

interface NotRun {
  readonly project: string;
  readonly what: 'test' | 'suite';
  /** The name of the data. */
  readonly data: string;
}

/** Says in one line at the end of a run which tests were not run for want of data from outside the checkout. */
export class NotRunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const line = notRunLine(modules.flatMap(notRunOf), whyAbsent());
    if (line !== undefined) console.log(`${line}\n`);
  }
}

/** Tests that are skipped; of cases that are read from the data, whose number nobody knows, the suite. */
export function notRunOf({ children, project }: Pick<TestModule, 'children' | 'project'>): NotRun[] {
  if (project.name === ALONE) return [];
  const tests = [...children.allTests('skipped')].map((test) => ({ what: 'test' as const, meta: test.meta() }));
  const suites = [...children.allSuites()]
    .filter((suite) => suite.children.size === 0)
    .map((suite) => ({ what: 'suite' as const, meta: suite.meta() }));
  return [...tests, ...suites].flatMap(({ what, meta: { outsideData: data } }) =>
    data === undefined ? [] : { project: project.name, what, data },
  );
}

/** @returns undefined where everything was run */
export function notRunLine(notRun: readonly NotRun[], why: string): string | undefined {
  if (notRun.length === 0) return undefined;
  const parts = [...Map.groupBy(notRun, ({ project, data }) => `${data} (${project})`)].map(([which, of]) => {
    const tests = of.filter(({ what }) => what === 'test').length;
    const counts = [...counted(tests, 'test'), ...counted(of.length - tests, 'suite')].join(' and ');
    return `${counts} that read${of.length === 1 ? 's' : ''} ${which}`;
  });
  return `Not run: ${parts.join(', ')}: ${why}.`;
}

const counted = (count: number, what: string): string[] =>
  count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`];
