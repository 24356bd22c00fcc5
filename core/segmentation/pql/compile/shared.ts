import type { Expression } from '../ast.ts';
import { formatPql } from '../parse/format.ts';
import type { Context, Run } from '../run/context.ts';
import type { SharedResult } from '../run/shared-result.ts';
import type { Compiled } from './compiled.ts';

/** Conditions on the events of the profile that several segments have in common: evaluated once for all of them. */
export interface SharedConditions {
  /**
   * Makes a condition that stands directly in a query one with the equal ones of other queries.
   * @param query the whole query, which may give the profile a name
   */
  of(condition: Expression, query: Expression, compiled: Compiled): Compiled;
}

interface Entry {
  readonly index: number;
  users: number;
}

/** None yet. What a condition gave is remembered in the context, as long as several rules have it. */
export function createSharedConditions(): SharedConditions {
  const entries = new Map<string, Entry>();
  return {
    of(condition, query, compiled) {
      // Attributes are looked up faster than a remembered answer.
      if (!compiled.uses.events || compiled.uses.slots.size > 0) return compiled;
      const profileName = query.kind === 'lambda' ? query.parameters[0]! : '';
      const key = `${profileName}\0${formatPql(condition)}`;
      const entry = entries.get(key) ?? { index: entries.size, users: 0 };
      entries.set(key, entry);
      entry.users += 1;
      return { ...compiled, run: remembering(entry, compiled.run) };
    },
  };
}

function remembering(entry: Entry, run: Run): Run {
  const { index } = entry;
  return (context) => {
    if (entry.users === 1) return run(context);
    const known = context.shared[index] ?? evaluate(context, run);
    context.shared[index] = known;
    if (known.validUntil < context.validUntil) context.validUntil = known.validUntil;
    return known.value;
  };
}

function evaluate(context: Context, run: Run): SharedResult {
  const outside = context.validUntil;
  context.validUntil = Number.POSITIVE_INFINITY;
  const value = run(context);
  const { validUntil } = context;
  context.validUntil = outside;
  return { value, validUntil };
}
