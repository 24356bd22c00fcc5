import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '#cli/examples.ts';
import { createProgram } from '#cli/program.ts';
import { version } from '#cli/root.ts';
import { cli } from '#tests/harness/cli.ts';

const program = createProgram();
const OWN = program.commands.filter((command) => !['completion', 'complete'].includes(command.name()));
const lines = Object.entries(EXAMPLES).flatMap(([name, examples]) => examples.map(([line]) => [name, line] as const));

/** Words of a command line, quoted ones whole; what a shell does with the rest is not its own. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/ > .*$/, '').matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);

/** The command that a line calls, and what it is given. @throws Error that names what there is none of */
function resolve(line: string): { command: Command; given: string[] } {
  const [first, ...given] = wordsOf(line);
  if (first !== 'tributary') throw new Error(`not a call of tributary: ${line}`);
  let command = program;
  for (;;) {
    const next = command.commands.find((each) => each.name() === given[0]);
    if (!next) return { command, given };
    command = next;
    given.shift();
  }
}

describe('the command line', () => {
  it('tells its version, which is that of the package', async () => {
    expect(await cli('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('says in two lines what it does not know, and what was meant', async () => {
    const { code, stderr } = await cli('catalogue');
    expect(code).toBe(2);
    expect(stderr).toBe("error: unknown command 'catalogue'\n(Did you mean catalog?)\n(--help says what there is)\n");
  });

  it('has every command in a group, and examples of it', () => {
    expect(OWN.length).toBeGreaterThan(20);
    for (const command of OWN) {
      expect(command.helpGroup(), command.name()).toMatch(/:$/);
      expect(EXAMPLES[command.name()]?.length, command.name()).toBeGreaterThan(0);
    }
    expect(Object.keys(EXAMPLES).sort()).toEqual(['tributary', ...OWN.map((command) => command.name())].sort());
  });

  it.each(lines)('has an example of %s that can be called: %s', (name, line) => {
    const { command, given } = resolve(line);
    if (name !== 'tributary') expect(line.split(' ')[1]).toBe(name);
    const { operands, unknown } = command.parseOptions(given);
    expect(unknown).toEqual([]);
    expect(command.commands.length, 'a subcommand is named').toBe(0);
    expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length);
    const required = command.registeredArguments.filter((argument) => argument.required).length;
    expect(operands.length).toBeGreaterThanOrEqual(required);
    const missing = command.options.filter((option) => option.mandatory && !given.includes(option.long!));
    expect(missing.map((option) => option.long)).toEqual([]);
  });

  const leaves = (command: Command): Command[] =>
    command.commands.length > 0 ? command.commands.flatMap(leaves) : [command];
  const fullName = (command: Command): string =>
    command.parent?.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();

  it('takes what a command is about as its argument, never as a flag that must be given', () => {
    const flags = OWN.flatMap(leaves).flatMap((command) =>
      command.options
        .filter((option) => option.mandatory && !/<(dir|file|text|time|scope)>/.test(option.flags))
        .map((option) => `${fullName(command)} ${option.flags}`),
    );
    expect(flags).toEqual([]);
    const destination = OWN.find((command) => command.name() === 'destination')!;
    for (const command of leaves(destination).filter((each) => !['list', 'describe'].includes(each.name()))) {
      expect(command.registeredArguments[0], command.name()).toMatchObject({ required: true });
    }
  });

  it.each([
    ['destination runs', '--destination'],
    ['destination release', '--destination'],
    ['destination preview', '--destination'],
    ['audience-manager overwrite', '--destination'],
    ['mapping test', '--dataset'],
    ['schema validate', '--schema'],
  ])('says of a flag that has become the argument of "%s" what to write', async (command, flag) => {
    const { code, stderr } = await cli(...command.split(' '), flag, 'some-id');
    expect(code).toBe(2);
    expect(stderr).toContain('Write "some-id" without the flag: it is the argument of the command.');
    expect((await cli(...command.split(' '), '--help')).stdout).not.toContain(`${flag} `);
  });

  it('shows groups and examples in its help', async () => {
    const { code, stdout } = await cli('--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^On this machine:\n {2}start \[options\].*^Definitions:.*^Examples:\n {2}\$ tributary start/ms,
    );
    expect((await cli('catalog', '--help')).stdout).toContain('$ tributary catalog validate --catalog catalog');
  });
});

describe('completion in a shell', () => {
  const completed = async (...words: string[]): Promise<string[]> => {
    const { log } = console;
    const lines: string[] = [];
    console.log = (line: string) => void lines.push(...line.split('\n'));
    try {
      expect((await cli('complete', '--', ...words)).code).toBe(0);
    } finally {
      console.log = log;
    }
    return lines.map((line) => line.split('\t')[0]!).filter((line) => !line.startsWith(':'));
  };

  it('knows every command', async () => {
    expect(await completed('')).toEqual(expect.arrayContaining(OWN.map((command) => command.name())));
  });

  it('knows the commands below one, its options, and what an option may be', async () => {
    expect(await completed('catalog', 'ro')).toEqual(['rollback']);
    expect(await completed('start', '--f')).toEqual(['--fresh']);
    expect(await completed('ingest', '--ingest', '')).toEqual(['stream', 'batch']);
    expect(await completed('destination', 're')).toEqual(
      expect.arrayContaining(['reconcile', 'release', 'replay', 'replay-dead-letters', 'resume']),
    );
    expect(await completed('destination', 'runs', 'webhook', '--')).not.toContain('--destination');
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    const { log } = console;
    let script = '';
    console.log = (text: string) => {
      script += text;
    };
    try {
      expect((await cli('completion', shell)).code).toBe(0);
    } finally {
      console.log = log;
    }
    expect(script).toContain('tributary');
    expect(script).toContain('complete --');
  });
});
