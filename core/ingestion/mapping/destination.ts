import { MAX_DEPTH } from '#core/record/record.ts';
import { isUnsafeKey } from '../text/decode-json.ts';

/** A step to a field: its name, the number of an item of a list, or each of its items. */
export type DestinationStep = string | number | '[*]';

/** A name, and which item of the list of this name; of lists in lists, of the inner ones too. */
const STEPS = /^([^.[\]]+)((?:\[(?:\*|\d{1,3})\])*)$/;

/**
 * `person.name`, `phones[0].number`, `items[*].sku`.
 * @returns undefined for what leads to no field
 */
export function parseDestination(text: string): readonly DestinationStep[] | undefined {
  const steps: DestinationStep[] = [];
  for (const part of text.split('.')) {
    const [, name, brackets = ''] = STEPS.exec(part) ?? [];
    if (name === undefined || isUnsafeKey(name)) return undefined;
    steps.push(name);
    for (const [, index] of brackets.matchAll(/\[(\*|\d+)\]/g)) steps.push(index === '*' ? '[*]' : Number(index));
  }
  return steps.length > MAX_DEPTH / 2 ? undefined : steps;
}

/** Whether one of two fields lies in the other, or is it; or both are items of one list, told apart in different ways. */
export function areInConflict(a: readonly DestinationStep[], b: readonly DestinationStep[]): boolean {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a[i] === b[i]) continue;
    return a[i] === '[*]' || b[i] === '[*]' || typeof a[i] !== typeof b[i];
  }
  return true;
}

/** How many lists are filled item by item on the way to a field. */
export const listsOf = (steps: readonly DestinationStep[]): number => steps.filter((step) => step === '[*]').length;
