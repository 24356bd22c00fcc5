import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const STRINGS = /'(?:[^'\\\n]|\\.)*'/g;
const OPTION = /(?:[oO]ption|new Option)\(\s*'(?:-\w, )?--([a-z-]+)/g;

/** As commander calls what follows an option. */
const attributeOf = (option: string): string =>
  option.replace(/^no-/, '').replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Whose options are passed on as a whole, and where they are read then. */
const PASSED_ON: Readonly<Record<string, string>> = {
  'cli/destination/command.ts': 'cli/destination/errors.ts',
  'cli/commands/quarantine.ts': 'core/pipeline/quarantine/read.ts',
};

/** Options of a command that its code does not read: a renamed variable is enough, and nothing else tells. */
function unread(text: string, more = ''): string[] {
  const code = `${text}\n${more}`.replaceAll(/\/\*[\s\S]*?\*\/|^import .*$/gm, '').replaceAll(STRINGS, "''");
  return [...text.matchAll(OPTION)]
    .map(([, option]) => option!)
    .filter((option) => !new RegExp(`\\b${attributeOf(option)}\\b`).test(code));
}

const readerOf = (path: string): string => (PASSED_ON[path] ? readFileSync(PASSED_ON[path], 'utf8') : '');

describe('the options of commands', () => {
  it('are read under the name that they have', () => {
    const planted = (name: string): string =>
      `import { ingest } from './x.ts';\ncommand.option('--ingest <method>', 'how to ingest').action(({ ${name} }) => 1);`;
    expect([unread(planted('ingest')), unread(planted('ingestionMethod'))]).toEqual([[], ['ingest']]);
    const files = globSync('cli/**/*.ts').map((path) => [path, readFileSync(path, 'utf8')] as const);
    expect(files.flatMap(([, text]) => [...text.matchAll(OPTION)]).length).toBeGreaterThan(100);
    expect(
      files.flatMap(([path, text]) => unread(text, readerOf(path)).map((option) => `${path} --${option}`)),
    ).toEqual([]);
  });
});
