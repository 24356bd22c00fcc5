import { Command } from 'commander';
import { JSON_LINES_OPTION, printList } from '#cli/output.ts';
import { table } from '#cli/report/table.ts';
import { UserError } from '#cli/user-error.ts';
import { describeType, type TypeDescription } from '#core/activation/describe.ts';
import { TYPES } from '#core/activation/registry.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { listCommand } from './list.ts';

/** The commands that say which destinations there are, and what a type of them is. */
export const typeCommands = (): Command[] => [
  listCommand(),
  new Command('describe')
    .description('what a type of destination is sent, its limits, how it is set up; without a type, which there are')
    .argument('[type]', 'which type')
    .option(...JSON_LINES_OPTION)
    .action(describe),
];

const asTable = (rows: readonly Readonly<Record<string, string | number>>[]): string =>
  table(
    Object.keys(rows[0]!),
    rows.map((row) => Object.values(row)),
  );

function describe(name: string | undefined, { json }: { readonly json?: true }): void {
  if (name === undefined) {
    const all = [...TYPES.keys()].sort().map((each) => describeType(each)!);
    const rows = all.map(({ type, title, category, summary }) => ({ type, title, category, summary }));
    printList(json, json ? all : rows, asTable(rows));
    return;
  }
  const described = describeType(name);
  if (!described) {
    const hint = didYouMean(name, TYPES.keys());
    throw new UserError(`There is no type "${name}"${hint ? ` (${hint})` : ''}. See "tributary destination describe".`);
  }
  printList(json, [described], asText(described));
}

function asText(type: TypeDescription): string {
  const { capabilities: can } = type;
  const yes = (value: boolean): string => (value ? 'yes' : 'no');
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Sends', [`entries: yes; exits: ${yes(can.exit)}; backfill: ${yes(can.backfill)}; updates: ${yes(can.update)}`]],
    ['Audiences', [`${can.audiences}; can be listed: ${yes(can.list)}; deletes people: ${yes(can.deletion)}`]],
    ['Identities', type.identities],
    ['Consents', type.consents],
    ['Limits', type.limits],
    ['Membership', type.membershipDays === undefined ? [] : [`ends after ${type.membershipDays} days; renewed before`]],
    ['Secret', Object.entries(type.credentials).map(([key, what]) => `${key}: ${what}`)],
    ['Set up', type.setUp.map((step, i) => `${i + 1}. ${step}`)],
    ['Catalog', JSON.stringify(type.example, undefined, 2).split('\n')],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  const body = shown.map(([head, lines]) => `${head}\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
  return `${type.title} (${type.type}, ${type.category})\n${type.summary}\n\n${body.join('')}`;
}
