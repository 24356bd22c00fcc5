/** Who reads files of memberships, or messages about them: audience → identifiers. */
export type Held = Readonly<Record<string, readonly string[]>>;

/** Audiences as somebody has them who is told of each change. */
export class Audiences {
  readonly #members = new Map<string, Set<string>>();

  put(segment: string, identifiers: readonly string[], status: 'realized' | 'exited'): void {
    const members = this.#members.get(segment) ?? new Set<string>();
    this.#members.set(segment, members);
    for (const each of identifiers) {
      if (status === 'realized') members.add(each);
      else members.delete(each);
    }
  }

  /** @returns both sorted */
  held(): Held {
    const sorted = [...this.#members].sort(([x], [y]) => (x < y ? -1 : 1));
    return Object.fromEntries(sorted.map(([segment, own]) => [segment, [...own].sort()]));
  }
}

/** The first two columns. */
const ROW = /^(?:"((?:[^"]|"")*)"|([^",\r\n\u2028\u2029]*)),(realized|exited),/gm;

/**
 * What somebody has who reads all files of a destination, the oldest first. They are CSV, begin with an identity and a status,
 * and have the usual names.
 */
export async function heldInFiles(
  { id, segments }: { readonly id: string; readonly segments: readonly string[] },
  names: readonly string[],
  read: (name: string) => string | Promise<string>,
): Promise<Held> {
  const audiences = new Audiences();
  for (const segment of segments) {
    for (const name of names.filter((each) => each.startsWith(`${id}_segment${segment}_`)).sort()) {
      for (const [, quoted, plain, status] of (await read(name)).matchAll(ROW)) {
        const identity = quoted?.replaceAll('""', '"') ?? plain!;
        audiences.put(segment, [identity], status as 'realized' | 'exited');
      }
    }
  }
  return audiences.held();
}
