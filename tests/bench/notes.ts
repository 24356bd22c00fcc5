/** What a bench could not do as it was meant to: measure at all, all of it, or on the real data. */
export interface Note {
  readonly what: 'nothing measured' | 'partly measured' | 'measured on generated data';
  readonly why: string;
}

/** Tells `run.ts`, which repeats at its end what all benches said; a bench that is run by itself says it at once. */
export function note(asserted: Note): void {
  if (process.send) process.send(asserted);
  else console.log(`\n${asserted.what}: ${asserted.why}`);
}

/** The benches that are asked for, in the order of their names: all of them where nothing is. @throws Error for a name that is none */
export function chosen(wanted: readonly string[], files: readonly string[]): string[] {
  const names = files.flatMap((file) => (file.endsWith('.bench.ts') ? [file.slice(0, -'.bench.ts'.length)] : []));
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no bench "${unknown.join('", "')}". There are: ${names.sort().join(', ')}`);
  }
  return names.filter((name) => wanted.length === 0 || wanted.includes(name)).sort();
}

export interface Ended {
  readonly name: string;
  readonly code: number;
  readonly notes: readonly Note[];
}

/** Lines that name the benches which did not do all they were meant to, and why. */
export const summary = (benches: readonly Ended[]): string[] =>
  benches.flatMap(({ name, code, notes }) => [
    ...(code === 0 ? [] : [`  ${name}: failed`]),
    ...notes.map(({ what, why }) => `  ${name}: ${what}: ${why}`),
  ]);

/** A bench that was asked for by name and measured nothing is a failure; among all of them it is not. */
export const exitCodeOf = (benches: readonly Ended[], wanted: readonly string[]): number =>
  benches.some(
    ({ name, code, notes }) =>
      code !== 0 || (wanted.includes(name) && notes.some(({ what }) => what === 'nothing measured')),
  )
    ? 1
    : 0;
