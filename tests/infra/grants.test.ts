import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName, functionEntry } from '#core/contract/functions.ts';
import { ACTIONS, SERVICES } from '#tests/harness/aws-calls/actions.ts';
import { type AwsCall, awsCalls, withoutTable } from '#tests/harness/aws-calls/calls.ts';
import { type DeployedFunction, deployedFunctions, isAllowed, isLike } from '#tests/harness/aws-calls/policies.ts';
import { Program } from '#tests/harness/aws-calls/reach.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

/** What a reading of the code takes for possible and is not, with the reason. */
const NEVER_DONE: readonly { readonly of: readonly FunctionName[]; readonly what: RegExp; readonly why: string }[] = [
  {
    of: ['route', 'reroute'],
    what: /^dynamodb:PutItem of MEMBERSHIPS_TABLE/,
    why: 'they write delivery states, which are in a store of the same class',
  },
  {
    of: ['profile-access'],
    what: /^dynamodb:Scan of OPERATIONS_TABLE, DELIVERY#/,
    why: 'it scans memberships, which are in a store of the same class as delivery states',
  },
  {
    of: ['management'],
    what: /^dynamodb:PutItem of OPERATIONS_TABLE, DELIVERY#/,
    why: 'it reads delivery states, for what a change would do, in a store that can also write them',
  },
  {
    of: ['management'],
    what: /^dynamodb:PutItem of PROFILES_TABLE/,
    why: 'it describes the routes of people, of which one unlinks identities, and answers none of them',
  },
  {
    of: ['deliver-http'],
    what: /^s3:DeleteObject /,
    why: 'it deletes submissions, which are items; objects are deleted by a method of the same form',
  },
];

const root = join(import.meta.dirname, '..', '..');
const program = new Program(root, FUNCTION_NAMES.map(functionEntry));
const reached = new Map(FUNCTION_NAMES.map((name) => [name, program.reach(functionEntry(name))]));
const calls = new Map([...reached].map(([name, found]) => [name, awsCalls(program, found)]));

const actionsOf = ({ call, client }: AwsCall): readonly string[] => {
  const service = SERVICES[client];
  if (service === undefined) throw new Error(`${client} is not known here: add it to SERVICES`);
  return ACTIONS[call] ?? [`${service}:${call}`];
};

/** What a function may do by its code and not by its role: `dynamodb:PutItem of OPERATIONS_TABLE, BATCH#0 (operations.ts:65)` */
function forbidden(made: DeployedFunction): string[] {
  return calls.get(made.name)!.flatMap((call) => {
    const table = call.table && made.variables[call.table];
    return actionsOf(call)
      .filter((action) => !isAllowed(made, action, onTable(table, call), call.key))
      .map(
        (action) => `${action}${call.table ? ` of ${call.table}` : ''}${call.key ? `, ${call.key}` : ''} (${call.at})`,
      );
  });
}

const isNeverDone = (name: FunctionName, what: string): boolean =>
  NEVER_DONE.some((each) => each.of.includes(name) && each.what.test(what));

const missing = (made: DeployedFunction): string[] => forbidden(made).filter((what) => !isNeverDone(made.name, what));

/** What is due is read from an index. */
const onTable = (table: string | undefined, { call, at }: AwsCall): string | undefined =>
  table !== undefined && call === 'Query' && at.includes('versioned-store') ? `${table}/index/due` : table;

describe('the calls of AWS that functions make', () => {
  it('are all understood: each has a table where it is of DynamoDB', () => {
    for (const [name, found] of reached) expect([name, withoutTable(program, found)]).toEqual([name, []]);
    expect([...calls.values()].flat().length).toBeGreaterThan(300);
  });

  it.each(STAGE_NAMES)('are allowed by their roles in stage %s, to the very keys of items', (stage) => {
    const functions = deployedFunctions(templatesOf(stage));
    expect(new Set(functions.map(({ name }) => name)).size).toBeGreaterThan(25);
    const found = functions.map((made) => [made.label, missing(made)] as const).filter(([, what]) => what.length > 0);
    expect(Object.fromEntries(found)).toEqual({});
  });
});

describe('a function whose role', () => {
  const functions = deployedFunctions(templatesOf('dev'));
  const pool = functions.find(({ label }) => label === 'deliver-http/pool')!;

  it('lacks one kind of key is found, with the place of the call', () => {
    expect(missing(pool)).toEqual([]);
    const statements = pool.statements.map((statement) => ({
      ...statement,
      ...(statement.leadingKeys && { leadingKeys: statement.leadingKeys.filter((pattern) => pattern !== 'ERRORS#*') }),
    }));
    expect(missing({ ...pool, statements })).toEqual([
      expect.stringMatching(/^dynamodb:UpdateItem of OPERATIONS_TABLE, ERRORS#.* \(.*delivery-errors.ts:\d+\)$/),
    ]);
  });

  it('lacks any action that its code needs is found', () => {
    for (const made of functions) {
      const needed = new Set(calls.get(made.name)!.flatMap(actionsOf));
      for (const action of needed) {
        const statements = made.statements.map((statement) => ({
          ...statement,
          actions: statement.actions.filter((each) => each !== action),
        }));
        expect([made.label, action, forbidden({ ...made, statements }).length]).not.toEqual([made.label, action, 0]);
      }
    }
  });

  it('is excused from something needs the excuse', () => {
    for (const { of, what, why } of NEVER_DONE) {
      const found = functions.filter(
        (made) => of.includes(made.name) && forbidden(made).some((each) => what.test(each)),
      );
      expect([why, [...new Set(found.map(({ name }) => name))].sort()]).toEqual([why, [...of].sort()]);
    }
  });
});

describe('secrets that functions are told the names of', () => {
  it.each(STAGE_NAMES)('are those that they may read in stage %s', (stage) => {
    let secrets = 0;
    for (const made of deployedFunctions(templatesOf(stage))) {
      const { DESTINATION_SECRETS_PREFIX: prefix, DESTINATION_SECRETS: own = '{}', ...others } = made.variables;
      const named = [
        ...Object.entries(others).flatMap(([name, value]) => (name.endsWith('_SECRET') ? [value] : [])),
        ...Object.values(JSON.parse(own) as Record<string, string>),
        ...(prefix ? [`arn:aws:secretsmanager:region:account:secret:${prefix}some-destination-AbCdEf`] : []),
      ];
      for (const secret of named) {
        secrets += 1;
        const mayRead = isAllowed(made, 'secretsmanager:GetSecretValue', secret);
        expect([made.label, secret, mayRead]).toEqual([made.label, secret, true]);
      }
    }
    expect(secrets).toBeGreaterThan(8);
  });
});

describe('a pattern of a policy', () => {
  it.each([
    ['RUN#*', 'RUN#0', true],
    ['RUN#*', 'RERUN#0', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a*a', 'a', false],
    ['LANES', 'LANES', true],
    ['LANES', 'LANES#1', false],
  ])('%s takes %s: %s', (pattern, text, isTaken) => {
    expect(isLike(pattern, text)).toBe(isTaken);
  });
});
