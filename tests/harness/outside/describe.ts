import { describe } from 'vitest';
import type { OutsideData } from './data.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The name of the data that these tests read, where it is absent. */
    outsideData?: string;
  }
}

/**
 * Tests that read outside data. Without it they are skipped, and counted at the end of the run; `define` is called all
 * the same, so it must read nothing outside of `beforeAll` and the tests.
 */
export function describeOutside(data: OutsideData, name: string, define: () => void): void {
  describe(name, { skip: !data.isHere, meta: data.isHere ? {} : { outsideData: data.name } }, define);
}
