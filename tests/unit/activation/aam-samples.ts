import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';

export const OWN_SAMPLES = join('tests', 'fixtures', 'aam');
const published = outsideData('data/aam');

/** The same tests on the sample files of the repository, and on the published ones that may lie beside it. */
export function describeSamples(name: string, define: (folder: string) => void): void {
  describe(name, () => define(OWN_SAMPLES));
  describeOutside(published, `${name}, published`, () => define(published.path));
}

/** Files of a folder by name, those that explain it left out. */
export const samplesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('.md'))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
