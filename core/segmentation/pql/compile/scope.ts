import type { Relationship } from '#core/schema/relationship.ts';
import type { Expression, Span } from '../ast.ts';
import type { EventQuery, EventSource } from '../run/event-source.ts';
import type { Selectors } from '../run/selectors.ts';
import type { Compiled, Origin } from './compiled.ts';
import { NOTHING } from './compiled.ts';
import type { Facts } from './facts.ts';
import type { PathTree } from './paths.ts';
import type { SharedConditions } from './shared.ts';

/** What a name stands for, or what fields without a name before them are read from. */
export interface Binding {
  readonly compiled: Compiled;
}

/** Names and the implicit item, innermost first. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly names: ReadonlyMap<string, Binding>;
  /** Set where an item comes into scope without a name, as inside `xEvent[…]`. */
  readonly item: Binding | undefined;
}

/** What one compilation needs around it. Slots and selectors are shared by all segments of a set. */
export interface Session {
  readonly selectors: Selectors;
  readonly shared: SharedConditions;
  readonly eventPaths: PathTree;
  readonly attributePaths: PathTree;
  /** The relationship of a field, if it has one. */
  relationshipAt(origin: Origin): Relationship | undefined;
  /** What is read of the records of an entity. */
  lookupPaths(entity: string): PathTree;
  /** What the planner has to know of the expression at hand. */
  readonly facts: Facts;
  newSlot(): number;
  /** Throws unless the segment may be referred to. */
  checkSegment(id: string, at: Span): void;
  fail(message: string, at: Span, expected?: string): never;
}

export interface Compiler {
  readonly session: Session;
  /** Compiles without recording that all of the value is needed: for what is only a step on a path. */
  compile(expression: Expression, scope: Scope): Compiled;
  /** Compiles, and records that the value is needed as it is. */
  value(expression: Expression, scope: Scope): Compiled;
}

/** What a name means, the innermost one first. */
export function lookUp(scope: Scope | undefined, name: string): Binding | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The implicit item `levels` up; the innermost for 0. */
export function itemOf(scope: Scope | undefined, levels = 0): Binding | undefined {
  let left = levels;
  for (let at = scope; at !== undefined; at = at.parent) {
    if (at.item === undefined) continue;
    if (left === 0) return at.item;
    left -= 1;
  }
  return undefined;
}

/** A scope in which a name means something, and which has no item of its own. */
export const withName = (parent: Scope, name: string, compiled: Compiled): Scope => ({
  parent,
  names: new Map([[name, { compiled }]]),
  item: undefined,
});

/** A scope whose fields need no name before them. @param name by which its item is known as well */
export const withItem = (parent: Scope, compiled: Compiled, name?: string): Scope => ({
  parent,
  names: new Map(name === undefined ? [] : [[name, { compiled }]]),
  item: { compiled },
});

/** The variable in a slot. */
export function variable(slot: number, type: Compiled['type'], origin?: Origin): Compiled {
  const run: Compiled['run'] = ({ slots }) => slots[slot] ?? null;
  return {
    run,
    uses: { ...NOTHING, slots: new Set([slot]) },
    type,
    slot,
    path: { base: run, names: [] },
    ...(origin === undefined ? {} : { origin }),
  };
}

/** An event source ready to be asked; `least`: it asks for no more events than these. */
export function queryOf(session: Session, { parts, bounds, residuals }: EventSource, least?: number): EventQuery {
  const query = { selector: session.selectors.of(parts), bounds, residuals };
  session.facts.queries.set(query, { least, bounds });
  return query;
}
