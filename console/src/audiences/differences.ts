import type { Definition } from './model.ts';

/** What is another in one of two definitions, in the words of people. */
export interface Difference {
  readonly part: 'name' | 'description' | 'rule' | 'state' | 'other';
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export function differences(before: Definition | undefined, after: Definition | undefined): Difference[] {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  return (Object.keys(old) as Difference['part'][]).flatMap((part) =>
    old[part] === fresh[part] ? [] : [{ part, before: old[part], after: fresh[part] }],
  );
}

function partsOf(definition: Definition | undefined): Record<Difference['part'], string | undefined> {
  if (!definition)
    return { name: undefined, description: undefined, rule: undefined, state: undefined, other: undefined };
  const { id: _, name, description, expression, lifecycleState = 'published', ...other } = definition;
  const sorted = Object.entries(other).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name,
    description,
    rule: expression.value.trim(),
    state: lifecycleState,
    other: sorted.length === 0 ? undefined : JSON.stringify(Object.fromEntries(sorted)),
  };
}
