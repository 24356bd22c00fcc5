import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Lines of the project's own sources, comments left out. */
function linesOf(room: string): { place: string; line: string }[] {
  return readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const path = join(room, name);
      return readFileSync(path, 'utf8')
        .split('\n')
        .map((line, index) => ({ place: `${path}:${index + 1}`, line }))
        .filter(({ line }) => !/^\s*(\/\/|\*|\/\*)/.test(line));
    });
}

const offenders = (room: string, forbidden: RegExp, except = /^$/): string[] =>
  linesOf(room)
    .filter(({ line, place }) => forbidden.test(line) && !except.test(place))
    .map(({ place, line }) => `${place} ${line.trim()}`);

const CASES: readonly [string, string, RegExp, string, RegExp?][] = [
  ['core never asks for the time', 'core', /\bDate\.now\b|new Date\(\)|performance\.now/, 'const now = Date.now();'],
  ['core never throws dice', 'core', /Math\.random|randomUUID|randomBytes/, 'Math.random()'],
  ['core reads no environment', 'core', /process\.(env|argv|cwd)/, "process.env['X']"],
  [
    'clients of AWS are made in one place',
    'lambdas',
    /new [A-Za-z0-9]+Client\(/,
    'new S3Client({})',
    /adapters\/clients\.ts/,
  ],
  ['the command line makes no clients of AWS', 'cli', /new (?!SinkClient)[A-Za-z0-9]+Client\(/, 'new S3Client({})'],
  ['functions write to the log only', 'lambdas', /\bconsole\./, "console.log('x')"],
  ['patterns of users never reach RegExp', 'core/segmentation', /new RegExp\(/, 'new RegExp(text)'],
  ...['core', 'lambdas', 'cli'].flatMap((room): (typeof CASES)[number][] => [
    [
      `in ${room}, days and hours have one name`,
      room,
      /\b(86_?400(_?000)?|3_?600_?000)\b(?!')/,
      'const DAY = 86_400_000;',
      /core\/util\/durations\.ts/,
    ],
    [
      `in ${room}, one function tells objects from lists and null`,
      room,
      /typeof (\w+) === 'object' && \1 !== null && !Array\.isArray\(\1\)/,
      "const isMap = (x: unknown) => typeof x === 'object' && x !== null && !Array.isArray(x);",
      /core\/util\/is-object\.ts/,
    ],
    [
      `in ${room}, JSON pointers are written and read in one place`,
      room,
      /['/]~[01]?['/]/,
      "name.replaceAll('~', '~0')",
      /core\/util\/pointer\.ts/,
    ],
  ]),
  ...['unit', 'property', 'contract', 'infra'].map((room): (typeof CASES)[number] => [
    `what is tested in ${room} depends on no clock: count steps, or set the clock`,
    `tests/${room}`,
    /\bDate\.now\(|new Date\(\)|performance\.now|hrtime|cpuUsage|\bsetTimeout\(|timers\/promises/,
    'const started = performance.now();',
    /sources\.test\.ts/,
  ]),
];

describe('what the architecture forbids', () => {
  it.each(CASES)('%s', (_, room, forbidden, planted, except) => {
    expect(forbidden.test(planted), 'the search finds what it looks for').toBe(true);
    expect(linesOf(room).length, `lines read in ${room}`).toBeGreaterThan(500);
    expect(offenders(room, forbidden, except)).toEqual([]);
  });
});
