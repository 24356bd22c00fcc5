import ts from 'typescript';
import { deletionPrefix, jobKey, OPERATIONS_PREFIX, operationsKey } from '#core/contract/tables.ts';
import type { Program, Reached, Unit } from './reach.ts';

/** A call of AWS that a function may make. */
export interface AwsCall {
  /** Of the SDK: `PutItem`. */
  readonly call: string;
  /** The package: `@aws-sdk/client-dynamodb`. */
  readonly client: string;
  /** The environment variable that names the table, of calls of DynamoDB. */
  readonly table?: string;
  /** A partition key that it may have, where it is of the `operations` table. */
  readonly key?: string;
  /** Where it stands. */
  readonly at: string;
}

/** What stands in one unit that has to do with AWS. */
interface Facts {
  readonly calls: readonly Call[];
  readonly keys: readonly string[];
  /** What is done to items in transactions: `PutItem`. */
  readonly inTransactions: readonly string[];
}

type Call = Omit<AwsCall, 'table' | 'key'>;

/** Every call of AWS that is reached, with the table and the keys that it may be about. */
export function awsCalls(program: Program, reached: Reached): AwsCall[] {
  const facts = new Map(reached.units.map((unit) => [unit, factsOf(program, unit)]));
  const closures = new Map<Unit, readonly Unit[]>();
  const closure = (unit: Unit): readonly Unit[] => {
    const known = closures.get(unit);
    if (known) return known;
    const made = adapterClosure(reached, unit);
    closures.set(unit, made);
    return made;
  };
  const adapters = reached.units.filter(isAdapter);
  /** Of some units; a transaction is what is done in it. */
  const callsIn = (units: readonly Unit[], around: readonly Unit[]): Call[] =>
    units
      .flatMap((unit) => facts.get(unit)!.calls)
      .flatMap((call) => {
        if (call.call !== 'TransactWriteItems') return [call];
        return around.flatMap((unit) => facts.get(unit)!.inTransactions).map((done) => ({ ...call, call: done }));
      });
  const keyed = adapters.flatMap((unit) => {
    const all = closure(unit);
    const keys = all.flatMap((each) => facts.get(each)!.keys);
    return [
      ...callsIn([unit], all).flatMap((call) => keys.map((key) => ({ ...call, key }))),
      ...callsIn(all, all).flatMap((call) => facts.get(unit)!.keys.map((key) => ({ ...call, key }))),
    ].map((call) => ({ ...call, table: 'OPERATIONS_TABLE' }));
  });
  const stored = storesOf(program, reached).flatMap(({ owner, table, keys }) => {
    const members = adapters.filter(({ node }) => classesOf(program, owner).includes(node.parent));
    const all = [...new Set(members.flatMap((member) => [member, ...closure(member)]))];
    const calls = callsIn(all, all);
    if (table !== 'OPERATIONS_TABLE') return calls.map((call) => ({ ...call, table }));
    return calls.flatMap((call) => keys.map((key) => ({ ...call, table, key })));
  });
  const others = [...facts.values()].flatMap(({ calls }) => calls).filter(({ client }) => client !== DYNAMODB);
  const ofDynamoDb = [...keyed, ...stored].filter(({ client }) => client === DYNAMODB);
  return uniqueCalls([...others, ...ofDynamoDb]);
}

/** Where a call of DynamoDB stands of which nobody knows the table: none, or what this reading does not understand. */
export function withoutTable(program: Program, reached: Reached): string[] {
  const known = new Set(awsCalls(program, reached).map(({ at }) => at));
  return reached.units
    .flatMap((unit) => factsOf(program, unit).calls)
    .filter(({ client, at }) => client === DYNAMODB && !known.has(at))
    .map(({ at }) => at);
}

const DYNAMODB = '@aws-sdk/client-dynamodb';
const isAdapter = ({ node }: Unit): boolean => node.getSourceFile().fileName.includes('/lambdas/adapters/');

function adapterClosure(reached: Reached, start: Unit): readonly Unit[] {
  const found = new Set([start]);
  for (const unit of found) for (const next of reached.next(unit)) if (isAdapter(next)) found.add(next);
  return [...found];
}

function factsOf(program: Program, unit: Unit): Facts {
  const calls: Omit<AwsCall, 'table' | 'key'>[] = [];
  const keys: string[] = [];
  const inTransactions: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node !== unit.node && (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node))) return;
    if (node !== unit.node && ts.isVariableDeclaration(node) && isFunctionLike(node.initializer)) return;
    if (node !== unit.node && ts.isMethodDeclaration(node)) return;
    const made = commandOf(program, node);
    if (made) calls.push({ ...made, at: placeOf(node) });
    const key = keyOf(node);
    if (key !== undefined) keys.push(key);
    if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) {
      const done = IN_TRANSACTIONS.get(node.name.getText());
      if (done !== undefined) inTransactions.push(done);
    }
    ts.forEachChild(node, visit);
  };
  visit(unit.node);
  return { calls, keys, inTransactions };
}

/** What stands in the items of a transaction. */
const IN_TRANSACTIONS: ReadonlyMap<string, string> = new Map(
  ['Put', 'Update', 'Delete'].map((name) => [name, `${name}Item`]),
);

const isFunctionLike = (node: ts.Node | undefined): boolean =>
  node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));

/** `new PutItemCommand(…)`, `paginateListObjectsV2(…)` */
function commandOf(program: Program, node: ts.Node): Pick<AwsCall, 'call' | 'client'> | undefined {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined;
  const name = node.expression.getText();
  const [, command, paginated] = /^(?:(\w+)Command|paginate(\w+))$/.exec(name) ?? [];
  const call = command ?? paginated;
  if (call === undefined) return undefined;
  const from = program
    .declarationsOf(node.expression)
    .map((declaration) => /\/node_modules\/(@aws-sdk\/[\w-]+)\//.exec(declaration.getSourceFile().fileName)?.[1])
    .find((client) => client !== undefined);
  return from === undefined ? undefined : { call, client: from };
}

/** An example of the key that `operationsKey.batch` makes. */
function keyOf(node: ts.Node): string | undefined {
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  if (node.expression.text !== 'operationsKey') return undefined;
  const make = operationsKey[node.name.text as keyof typeof operationsKey] as (...values: string[]) => string;
  return make('0', '0', '0', '0', '0');
}

interface Store {
  readonly owner: ts.ClassDeclaration;
  readonly table: string;
  readonly keys: readonly string[];
}

/** `new DynamoDbJobs(client, environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.expiry)` */
function storesOf(program: Program, reached: Reached): Store[] {
  const made: Store[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node)) {
      const owner = program.declarationsOf(node.expression).find(ts.isClassDeclaration);
      const [, at, prefix] = node.arguments ?? [];
      const table = owner && at && tableOf(program, at);
      if (owner && table !== undefined) made.push({ owner, table, keys: prefixesOf(program, reached, prefix) });
    }
    ts.forEachChild(node, visit);
  };
  for (const { node } of reached.units) visit(node);
  return made;
}

function tableOf(program: Program, node: ts.Expression): string | undefined {
  const named = /(\w+_TABLE)$/.exec(node.getText())?.[1];
  if (named !== undefined || !ts.isIdentifier(node)) return named;
  for (const declaration of program.declarationsOf(node)) {
    if (ts.isVariableDeclaration(declaration) && declaration.initializer)
      return tableOf(program, declaration.initializer);
  }
  return undefined;
}

/** Examples of keys below a prefix that is written there, or is given to the function around it. */
function prefixesOf(program: Program, reached: Reached, node: ts.Expression | undefined): string[] {
  if (node === undefined || !isText(program, node)) return [];
  if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'OPERATIONS_PREFIX') {
    const prefix = OPERATIONS_PREFIX[node.name.text as keyof typeof OPERATIONS_PREFIX];
    return [jobKey.latest(prefix), jobKey.job(prefix, '0')];
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'deletionPrefix') {
    return [jobKey.latest(deletionPrefix('0')), jobKey.job(deletionPrefix('0'), '0')];
  }
  const parameter = program.declarationsOf(node).find(ts.isParameter);
  const around = parameter?.parent.parent;
  if (!parameter || !around) return [`nobody knows what ${node.getText()} is, in ${placeOf(node)}`];
  const index = parameter.parent.parameters.indexOf(parameter);
  const given: string[] = [];
  const visit = (each: ts.Node): void => {
    if (ts.isCallExpression(each) && program.declarationsOf(each.expression).includes(around)) {
      given.push(...prefixesOf(program, reached, each.arguments[index]));
    }
    ts.forEachChild(each, visit);
  };
  for (const unit of reached.units) visit(unit.node);
  return given;
}

const isText = (program: Program, node: ts.Node): boolean =>
  (program.checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0;

/** A class and those that it extends. */
function classesOf(program: Program, owner: ts.ClassDeclaration): ts.Node[] {
  const base = owner.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const above = base ? program.declarationsOf(base.expression).find(ts.isClassDeclaration) : undefined;
  return [owner, ...(above ? classesOf(program, above) : [])];
}

function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  return `${source.fileName.split('/').slice(-3).join('/')}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

const uniqueCalls = (calls: readonly AwsCall[]): AwsCall[] => [
  ...new Map(calls.map((call) => [[call.client, call.call, call.table, call.key, call.at].join(' '), call])).values(),
];
