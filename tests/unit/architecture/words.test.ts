import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { createProgram } from '#cli/program.ts';
import { projectRoot } from '#cli/root.ts';
import { ENVIRONMENT } from '#core/contract/functions.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { STAGE_PARAMETERS } from '#core/contract/stage-parameters.ts';

/**
 * One word for one thing, and the field's word: what this project once called by words of its own stays away from names
 * (docs/words.md). A word may stand for several ones in a row, as `in force` for `inForce` and `in-force`.
 */
const PRIVATE_WORDS: Readonly<Record<string, string>> = {
  'refuse refuses refused refusing refusal refusals': 'reject, rejected, rejection',
  'mend mends mended mendable': 'fix, corrected',
  'flaw flaws': 'parse error',
  'verdict verdicts': 'commit decision, choice of method',
  'told retell retold': 'routed, delivered, resend',
  'ledger ledgers': 'delivery state',
  'outlet outlets': 'delivery lane',
  evidence: 'link history',
  'absorb absorbs absorbed': 'merged in',
  'door doors': 'endpoint, ingestion method',
  'pace paces pacing': 'rate limit',
  'scrub scrubs scrubbed scrubber': 'delete',
  'sweep sweeps': 'timed re-evaluation',
  'mishap mishaps': 'injected bad data',
  endless: 'unbounded',
  'faithful unfaithful': 'lossless, lossy',
  horizon: 'valid until',
  'piece pieces': 'block, chunk',
  'portion portions': 'chunk, invocation',
  'withdrawal withdrawals': 'unlinking',
  unsettled: 'open work, not idle',
  'in force': 'active',
  'left out': 'excluded, omitted',
  'put aside': 'dead-lettered',
  'taken in': 'ingested',
  'take in': 'ingest',
  'keep in': 'write, persist',
  'at once': 'concurrency',
  'each at once': 'mapWithConcurrency',
  'hot identity': 'over-connected identity',
  'moved to': 'redirect',
};

/** Names of others, and where they come from. */
const OF_OTHERS = new Set([
  'TRIM_HORIZON', // Kinesis
]);

const FOLDERS = ['bin', 'lib', 'lambdas', 'core', 'cli', 'examples', 'tests'];
const MIN_IDENTIFIERS = 5_000;

/** The words of a name in lower case: of `segmentsByMergePolicy`, `MAX_ROWS`, `link-graph.ts` alike. */
const wordsOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase();

const forms = Object.entries(PRIVATE_WORDS).flatMap(([words, better]) =>
  (words.includes(' ') && better.length > 0 && isPhrase(words) ? [words] : words.split(' ')).map((word) => ({
    word,
    better,
  })),
);

/** Phrases begin with a preposition or a verb that is fine by itself. */
function isPhrase(words: string): boolean {
  return /^(in|left|put|taken|take|keep|at|each|hot|moved) /.test(words);
}

/** What is wrong with a name, or nothing. */
function complaintAbout(name: string): string | undefined {
  if (OF_OTHERS.has(name)) return undefined;
  const words = ` ${wordsOf(name)} `;
  const found = forms.find(({ word }) => words.includes(` ${word} `));
  return found && `${name}: say ${found.better}`;
}

const complaintsAbout = (names: Iterable<string>): string[] => [...names].flatMap((name) => complaintAbout(name) ?? []);

function sourceFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folder, file))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('words.test.ts')),
  );
}

/** All identifiers of a source text, keys of objects among them; not what comments and texts say. */
function identifiersOf(file: string): Set<string> {
  const found = new Set<string>();
  const source = ts.createSourceFile(file, readFileSync(join(projectRoot, file), 'utf8'), ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const helpOf = (command: Command): string[] => [command.helpInformation(), ...command.commands.flatMap(helpOf)];

describe('names', () => {
  it('are told apart by the check itself', () => {
    expect(
      complaintsAbout(['refuseRow', 'MAX_REFUSALS', '#outlets', 'catalogInForce', 'records-refused']),
    ).toHaveLength(5);
    expect(complaintsAbout(['rejectRow', 'lanes', 'informed', 'spaceBetween', 'pieceTime'.slice(5)])).toEqual([]);
  });

  it('of identifiers and files are the words of the field', () => {
    const files = sourceFiles();
    const identifiers = new Set(files.flatMap((file) => [...identifiersOf(file)]));
    expect(identifiers.size).toBeGreaterThan(MIN_IDENTIFIERS);
    expect(complaintsAbout(identifiers)).toEqual([]);
    expect(complaintsAbout(files)).toEqual([]);
  });

  it('of metrics, functions and stage parameters are the words of the field', () => {
    const names = [...Object.values(METRICS), ...Object.keys(ENVIRONMENT), ...STAGE_PARAMETERS];
    expect(names.length).toBeGreaterThan(40);
    expect(complaintsAbout(names)).toEqual([]);
  });

  it('of commands and options, and the help that explains them, are the words of the field', () => {
    const help = helpOf(createProgram());
    expect(help.length).toBeGreaterThan(30);
    const lines = help.flatMap((text) => text.replaceAll(' at once', '').split('\n'));
    expect(complaintsAbout(lines)).toEqual([]);
  });
});
