import type {
  Block,
  Comparison,
  Event,
  Join,
  Measure,
  Operator,
  Sequence,
  Step,
  Test,
  Value,
  Where,
  Window,
} from './model.ts';

/** What a rule says, as one sentence without its full stop. `titleOf`: how people call a field. */
export function wordsOf(block: Block, titleOf: (path: string) => string = (path) => path): string {
  switch (block.kind) {
    case 'group': {
      const items = block.items.map((item) =>
        item.kind === 'group' && !item.not ? `(${wordsOf(item, titleOf)})` : wordsOf(item, titleOf),
      );
      const joined = items.join(JOINS[block.join]);
      return block.not ? `it is not so that ${joined}` : joined;
    }
    case 'attribute':
      return wordsOfTest(block.test, titleOf);
    case 'event':
      return wordsOfEvent(block, titleOf);
    case 'sequence':
      return wordsOfSequence(block, titleOf);
    case 'membership':
      return `is ${block.in ? '' : 'not '}in the audience ${block.audience}`;
    case 'pql':
      return `matches ${block.text}`;
  }
}

const JOINS: Readonly<Record<Join, string>> = { all: ', and ', any: ', or ' };

type TitleOf = (path: string) => string;

/** What a test asks of a field, before its values. */
export const OPERATOR_WORDS: Readonly<Record<Operator, string>> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'is below',
  '<=': 'is at most',
  '>': 'is above',
  '>=': 'is at least',
  contains: 'contains',
  startsWith: 'begins with',
  endsWith: 'ends with',
  matches: 'matches the pattern',
  in: 'is',
  notIn: 'is known and none of',
  notInOrUnknown: 'is unknown or none of',
  known: 'is known',
  unknown: 'is unknown',
};

function wordsOfTest({ path, op, values, counted, caseSensitive }: Test, titleOf: TitleOf): string {
  const last = op === 'in' ? ' or ' : ' and ';
  const written = new Intl.ListFormat('en', { type: last === ' or ' ? 'disjunction' : 'conjunction' }).format(
    values.map(wordOf),
  );
  const value = values.length === 0 ? '' : ` ${written}`;
  const field = `${counted ? 'the number of ' : ''}${titleOf(path)}`;
  return `${field} ${OPERATOR_WORDS[op]}${value}${caseSensitive === false ? ' (in any case)' : ''}`;
}

const wordOf = (value: Value): string => (typeof value === 'string' ? `“${value}”` : String(value));

const wordsOfWhere = ({ join, tests }: Where, titleOf: TitleOf): string =>
  tests.length === 0
    ? ''
    : ` where ${tests.map((test) => wordsOfTest(test, titleOf)).join(join === 'all' ? ' and ' : ' or ')}`;

const wordsOfEvent = ({ where, window, measure }: Event, titleOf: TitleOf): string =>
  [wordsOfMeasure(measure, wordsOfWhere(where, titleOf), titleOf), wordsOfWindow(window)]
    .filter((part) => part !== '')
    .join(', ');

/** How many events, before their number. */
export const AMOUNT_WORDS: Readonly<Record<Comparison, string>> = {
  '=': 'exactly',
  '!=': 'not exactly',
  '<': 'fewer than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
};
const AGGREGATES = { sum: 'the sum', average: 'the average', min: 'the least', max: 'the greatest' } as const;

/** `where`: which events, beginning with a space. */
function wordsOfMeasure(measure: Measure, where: string, titleOf: TitleOf): string {
  switch (measure.fn) {
    case 'some':
      return `an event${where}`;
    case 'none':
      return `no event${where}`;
    case 'count':
      return `${AMOUNT_WORDS[measure.op]} ${events(measure.value)}${where}`;
    case 'distinct':
    case 'groups':
      return `${AMOUNT_WORDS[measure.op]} ${measure.value} different ${titleOf(measure.path)} in events${where}`;
    default:
      return `${AGGREGATES[measure.fn]} of ${titleOf(measure.path)} ${OPERATOR_WORDS[measure.op]} ${measure.value}, in events${where}`;
  }
}

const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

function wordsOfWindow(window: Window): string {
  switch (window.is) {
    case 'ever':
      return '';
    case 'last':
      return `in the last ${length(window.amount, window.unit)}`;
    case 'olderThan':
      return `more than ${length(window.amount, window.unit)} ago`;
    case 'between':
      return `between ${window.from} and ${length(window.to, window.unit)} ago`;
    case 'on':
      return window.when;
    case 'dates':
      return `from ${window.from} to ${window.to}`;
  }
}

const length = (amount: number, unit: string): string => (amount === 1 ? `1 ${unit}` : `${amount} ${unit}s`);

const wordsOfSequence = ({ steps }: Sequence, titleOf: TitleOf): string =>
  steps.map((step, i) => wordsOfStep(step, i, titleOf)).join(', then ');

function wordsOfStep({ where, count, within }: Step, index: number, titleOf: TitleOf): string {
  const amount = count === 0 ? 'no event' : count === 1 ? 'an event' : `at least ${events(count)}`;
  const from = index === 0 ? 'before now' : 'of that';
  const when = within === undefined ? '' : `, within ${length(within.amount, within.unit)} ${from}`;
  return `${amount}${wordsOfWhere(where, titleOf)}${when}`;
}
