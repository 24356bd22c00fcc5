import type { Expression, Method, Span } from '../ast.ts';
import { ITEM_METHODS } from '../parse/names.ts';
import type { Context, Run } from '../run/context.ts';
import { fetch } from '../run/event-source.ts';
import { ITEM_OPERATIONS, LIST_OPERATIONS, sizeOf } from '../run/lists.ts';
import { compileRegex, groupOf, isFound, TEXT_TESTS } from '../run/texts.ts';
import { equal, fieldOf, fieldOfAnyCase } from '../run/values.ts';
import { inLoop, itemScope, itemVariable, loopOver, materialised, noteEvents } from './compile-events.ts';
import { PARTS_OF_INSTANT, partOfInstant } from './compile-functions.ts';
import { sideOf } from './compile-time.ts';
import { type Compiled, usesOf, withoutSlots } from './compiled.ts';
import type { EventUse } from './facts.ts';
import { consume, rejectMembership, touch } from './origins.ts';
import { type Compiler, queryOf, type Scope } from './scope.ts';

/** Methods that need the whole of a list at once and keep no running total. */
const WHOLE_HISTORY: ReadonlySet<string> = new Set(['groupBy', 'topN', 'bottomN', 'map', 'distinct', 'head']);

/** `object.method(…)`. @throws PqlError where it makes no sense */
export function compileMethod(compiler: Compiler, method: Method, scope: Scope): Compiled {
  const { name } = method;
  const { session } = compiler;
  const object = compiler.compile(method.object, scope);
  if (name === 'count' && object.events !== undefined) return countOfEvents(compiler, object);
  const known = materialised(session, object, method.object.span, useOf(name));
  if (ITEM_METHODS.has(name) || name === 'count') return compileItemMethod(compiler, method, known, scope);
  if (known.type === 'event' && WHOLE_HISTORY.has(name)) session.facts.wholeHistory.add(name);
  if (name === 'get') return get(compiler, known, method.args[0]!, scope, method.span);
  const value = consume(session, known);
  if (Object.hasOwn(PARTS_OF_INSTANT, name)) return partOfDate(compiler, method, value);
  if (name === 'matches' || name === 'regexGroup') return regex(compiler, value, method, scope);
  return compilePlainMethod(compiler, method, value, scope);
}

function partOfDate(compiler: Compiler, { name, object }: Method, value: Compiled): Compiled {
  const { instant, uses } = sideOf(compiler, value, object);
  compiler.session.facts.partsOfDate.add(name);
  return partOfInstant(instant, uses, PARTS_OF_INSTANT[name]!);
}

/** Methods that are given values, all at once. */
function compilePlainMethod(compiler: Compiler, { name, args }: Method, value: Compiled, scope: Scope): Compiled {
  const compiled = args.map((arg) => compiler.value(arg, scope));
  const uses = usesOf(value.uses, ...compiled.map((arg) => arg.uses));
  const { run } = value;
  if (Object.hasOwn(TEXT_TESTS, name)) return { run: textTest(name, run, compiled), uses, type: 'value' };
  if (name === 'isNull') return { run: (context) => run(context) === null, uses, type: 'value' };
  if (name === 'isNotNull') return { run: (context) => run(context) !== null, uses, type: 'value' };
  const operation = LIST_OPERATIONS[name]!;
  return {
    run: (context) => operation(run(context), compiled[0]?.run(context)),
    uses,
    ...resultOfListMethod(name, value),
  };
}

/** What a method gives that takes from a list, as far as that is known of the list. */
function resultOfListMethod(name: string, value: Compiled): Pick<Compiled, 'type' | 'list' | 'grouped' | 'origin'> {
  const isGroup = name === 'values' && value.grouped === true;
  const keepsItems = name === 'head' || name === 'distinct';
  return {
    type: keepsItems || isGroup ? value.type : 'value',
    ...(name === 'head' && value.type === 'event' && !value.grouped ? {} : { list: true }),
    ...(isGroup ? { grouped: true } : {}),
    ...(keepsItems && value.origin !== undefined ? { origin: value.origin } : {}),
  };
}

const useOf = (name: string): EventUse['kind'] => (WHOLE_HISTORY.has(name) ? 'history' : 'values');

function countOfEvents(compiler: Compiler, object: Compiled): Compiled {
  const { session } = compiler;
  const events = object.events!;
  const query = queryOf(session, events);
  noteEvents(session, events, 'count');
  return {
    run: (context) => fetch(context, query).length,
    uses: object.uses,
    type: 'value',
    countOf: { events, query },
  };
}

/** Methods whose argument is evaluated for every item: `sum(price)`, `map((X) => …)`, `topN(price, 5)`. */
function compileItemMethod(compiler: Compiler, method: Method, list: Compiled, scope: Scope): Compiled {
  const { session } = compiler;
  const { name, args } = method;
  const [per] = args;
  if (list.type === 'event' && WHOLE_HISTORY.has(name)) session.facts.wholeHistory.add(name);
  if (per === undefined && name !== 'count') return onValues(compiler, name, list);
  touch(session, list);
  const { run } = list;
  if (per === undefined) return { run: (context) => sizeOf(run(context)), uses: list.uses, type: 'value' };
  return onItems(compiler, method, list, scope);
}

/** Methods that keep the items they are given, some of them or in groups. */
const KEEPING: ReadonlySet<string> = new Set(['groupBy', 'topN', 'bottomN']);

function onItems(compiler: Compiler, { name, args }: Method, list: Compiled, scope: Scope): Compiled {
  const [per, amount] = args;
  const { each, uses: inner, body } = perItem(compiler, list, per!, scope);
  const limit = amount && compiler.value(amount, scope);
  const { run } = list;
  const operation = ITEM_OPERATIONS[name]!;
  const type = KEEPING.has(name) ? list.type : name === 'map' ? body.type : 'value';
  return {
    run: (context) => operation(run(context), (key, value) => each(context, key, value), limit?.run(context)),
    uses: usesOf(list.uses, inner, ...(limit ? [limit.uses] : [])),
    type,
    list: true,
    ...(KEEPING.has(name) && list.origin !== undefined ? { origin: list.origin } : {}),
    ...(name === 'groupBy' ? { grouped: true } : {}),
  };
}

/** `prices.sum()`: of the items themselves. */
function onValues({ session }: Compiler, name: string, list: Compiled): Compiled {
  const { run, uses } = consume(session, list);
  const operation = ITEM_OPERATIONS[name]!;
  return { run: (context) => operation(run(context), (_, value) => value, undefined), uses, type: 'value' };
}

interface PerItem {
  /** Evaluates the argument for an item; `key` is that of a group. */
  readonly each: (context: Context, key: unknown, value: unknown) => unknown;
  readonly uses: Compiled['uses'];
  readonly body: Compiled;
}

/** Of groups, a lambda with two parameters is given the key and the items; everything else the item. */
function perItem(compiler: Compiler, list: Compiled, argument: Expression, scope: Scope): PerItem {
  const { session } = compiler;
  const parameters = argument.kind === 'lambda' ? argument.parameters : [];
  const body = argument.kind === 'lambda' ? argument.body : argument;
  if (parameters.length > 2)
    session.fail('a method gives one item, or a key and a group', argument.span, 'one or two parameters');
  const [keySlot, slot] = [session.newSlot(), session.newSlot()];
  const item = itemVariable(list, slot);
  const name = parameters.at(-1);
  const inner = itemScope(scope, item, { implicit: true, ...(name === undefined ? {} : { name }) });
  const key: Compiled = {
    run: ({ slots }) => slots[keySlot] ?? null,
    uses: { ...item.uses, slots: new Set([keySlot]) },
    type: 'value',
  };
  const withKey =
    parameters.length === 2
      ? { ...inner, names: new Map([...inner.names, [parameters[0]!, { compiled: key }]]) }
      : inner;
  const compiled = inLoop(session, loopOver(list), body.span, () => compiler.value(body, withKey));
  return {
    each(context, keyValue, value) {
      context.slots[keySlot] = keyValue;
      context.slots[slot] = value;
      return compiled.run(context);
    },
    uses: withoutSlots(compiled.uses, keySlot, slot),
    body: compiled,
  };
}

/** `identityMap.get("ECID")` finds namespaces as paths do. */
function get(compiler: Compiler, object: Compiled, argument: Expression, scope: Scope, span: Span): Compiled {
  const key = compiler.value(argument, scope);
  const { run, origin, grouped } = object;
  const read = !grouped && origin?.path.length === 1 && origin.path[0] === 'identityMap' ? fieldOfAnyCase : fieldOf;
  const name = typeof key.constant === 'string' ? key.constant : undefined;
  const found = grouped
    ? origin
    : origin === undefined || name === undefined
      ? undefined
      : { ...origin, path: [...origin.path, name], at: span };
  rejectMembership(compiler.session, found, span);
  if (found === undefined) consume(compiler.session, object);
  return {
    run: (context) => {
      const wanted = key.run(context);
      return typeof wanted === 'string' ? read(run(context), wanted) : null;
    },
    uses: usesOf(object.uses, key.uses),
    type: grouped ? object.type : 'value',
    list: true,
    ...(found === undefined ? {} : { origin: found }),
  };
}

function textTest(name: string, run: Run, [other, caseSensitive]: readonly Compiled[]): Run {
  const test = TEXT_TESTS[name]!;
  const otherwise = Object.hasOwn(ANY_VALUE, name) ? ANY_VALUE[name]! : () => false;
  return (context) => {
    const [a, b] = [run(context), other!.run(context)];
    if (typeof a !== 'string' || typeof b !== 'string') return otherwise(a, b);
    const asWritten = caseSensitive === undefined || caseSensitive.run(context) !== false;
    return asWritten ? test(a, b) : test(a.toLowerCase(), b.toLowerCase());
  };
}

/** What these do with anything but texts. */
const ANY_VALUE: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  equals: equal,
  notEqualTo: (a, b) => a !== null && b !== null && !equal(a, b),
};

function regex({ session, value }: Compiler, object: Compiled, { name, args }: Method, scope: Scope): Compiled {
  const [pattern, group] = args.map((arg) => value(arg, scope));
  if (typeof pattern!.constant !== 'string') session.fail(`"${name}" needs its expression in quotes`, args[0]!.span);
  const regex = compileRegex(pattern!.constant as string);
  if (regex === undefined)
    session.fail(
      'this is not a regular expression',
      args[0]!.span,
      'the syntax of RE2 (no look-around, no back references)',
    );
  const { run } = object;
  const uses = usesOf(object.uses, ...(group === undefined ? [] : [group.uses]));
  if (name === 'matches') {
    return { run: (context) => textOf(run(context), (text) => isFound(regex!, text)) ?? false, uses, type: 'value' };
  }
  return {
    run: (context) => {
      const number = group === undefined ? 0 : group.run(context);
      return typeof number === 'number' ? textOf(run(context), (text) => groupOf(regex!, text, number)) : null;
    },
    uses,
    type: 'value',
  };
}

const textOf = <T>(value: unknown, use: (text: string) => T): T | null =>
  typeof value === 'string' ? use(value) : null;
