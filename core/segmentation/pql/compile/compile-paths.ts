import type { Relationship } from '#core/schema/relationship.ts';
import type { Member, Name, Outer, Parameter, Span } from '../ast.ts';
import type { Context, Run } from '../run/context.ts';
import { fixedInstant, timeOfSlot } from '../run/instants.ts';
import { EventValue, fieldOf, fieldOfAnyCase, fieldReader, toTime } from '../run/values.ts';
import { allEvents, materialised } from './compile-events.ts';
import { type Compiled, NOTHING, type Origin } from './compiled.ts';
import { consume, rejectMembership } from './origins.ts';
import { type Compiler, itemOf, lookUp, type Scope } from './scope.ts';

/** A variable; else `xEvent`; else a field of what is in scope. */
export function compileName(compiler: Compiler, { name, span }: Name, scope: Scope): Compiled {
  const bound = lookUp(scope, name);
  if (bound !== undefined) return bound.compiled;
  if (name === 'xEvent') return allEvents(compiler.session);
  return field(compiler, itemOf(scope)!.compiled, name, span);
}

/** `$1` is the profile; a segment has no other input. */
export function compileParameter(compiler: Compiler, { index, span }: Parameter, scope: Scope): Compiled {
  if (index !== 1) compiler.session.fail(`there is no input $${index}`, span, '$1, the profile');
  return outermost(scope);
}

function outermost(scope: Scope): Compiled {
  let found = itemOf(scope)!;
  for (let level = 1; ; level += 1) {
    const next = itemOf(scope, level);
    if (next === undefined) return found.compiled;
    found = next;
  }
}

/** `^`: what was in scope outside. @throws PqlError where nothing was */
export function compileOuter(compiler: Compiler, { levels, span }: Outer, scope: Scope): Compiled {
  const found = itemOf(scope, levels);
  return found?.compiled ?? compiler.session.fail('there is no scope that far out', span, 'fewer "^"');
}

/** `object.name`: a field, of every item for a list; of a record that is looked up where the object is its key. */
export const compileMember = (compiler: Compiler, { object, name }: Member, scope: Scope): Compiled =>
  field(compiler, compiler.compile(object, scope), name, object.span);

function field(compiler: Compiler, from: Compiled, name: string, at: Span): Compiled {
  if (from.type === 'profile' && name === 'xEvent') return allEvents(compiler.session);
  const object = materialised(compiler.session, from, at);
  if (object.type === 'event' && name === 'timestamp') return timestampOf(object);
  const relationship = object.origin && compiler.session.relationshipAt(object.origin);
  if (relationship) return fieldOfLookup(compiler, object, relationship, name);
  const names = [...(object.path?.names ?? []), name];
  const base = object.path?.base ?? object.run;
  const origin = originOf(object, name, at);
  rejectMembership(compiler.session, origin, at);
  return {
    run: pathRun(base, names, object.path === undefined ? undefined : origin),
    uses: object.uses,
    type: 'value',
    list: true,
    path: { base, names },
    ...(origin === undefined ? {} : { origin }),
  };
}

function originOf({ type, origin }: Compiled, name: string, at: Span): Origin | undefined {
  if (type === 'event') return { canonicalKey: 'event', path: [name], at };
  return origin === undefined ? undefined : { canonicalKey: origin.canonicalKey, path: [...origin.path, name], at };
}

/** What stands after a field with a relationship is a field of the record that it names; of a list, of all of them. */
function fieldOfLookup({ session }: Compiler, reference: Compiled, relationship: Relationship, name: string): Compiled {
  const { entity } = relationship;
  const key = consume(session, reference).run;
  session.facts.lookups.add(relationship);
  const base: Run = (context) => recordsOf(context, entity, key(context));
  return {
    run: pathRun(base, [name], undefined),
    uses: { ...reference.uses, lookups: true },
    type: 'value',
    list: true,
    path: { base, names: [name] },
    origin: { canonicalKey: { entity }, path: [name] },
  };
}

function recordsOf({ lookups }: Context, entity: string, key: unknown): unknown {
  if (typeof key === 'string') return lookups.get(entity, key) ?? null;
  if (!Array.isArray(key)) return null;
  return key.flatMap((one) => (typeof one === 'string' ? (lookups.get(entity, one) ?? []) : []));
}

/** Codes of namespaces are found in `identityMap` in any spelling of upper and lower case. */
function pathRun(base: Run, names: readonly string[], origin: Origin | undefined): Run {
  const anyCaseAt = origin?.path[0] === 'identityMap' ? names.length - origin.path.length + 1 : -1;
  const readers = names.map((name, index) =>
    index === anyCaseAt ? (value: unknown) => fieldOfAnyCase(value, name) : fieldReader(name),
  );
  return (context) => {
    let value = base(context);
    if (value instanceof EventValue) value = value.entity;
    for (let index = 0; index < readers.length && value !== null; index += 1) value = readers[index]!(value);
    return value ?? null;
  };
}

function timestampOf({ run, uses, slot, list }: Compiled): Compiled {
  if (list) {
    return { run: (context) => fieldOf(run(context), 'timestamp'), uses, type: 'value', list: true };
  }
  if (slot === undefined) {
    const instant = fixedInstant((context) => toTime(run(context)));
    return { run: (context) => toTime(run(context)), uses, type: 'value', instant };
  }
  const time = ({ slots }: Context): number | null => (slots[slot] as EventValue | null)?.time ?? null;
  return {
    run: time,
    uses: { ...NOTHING, slots: new Set([slot]), timed: new Set([slot]) },
    type: 'value',
    instant: timeOfSlot(slot, time),
    slot,
  };
}
