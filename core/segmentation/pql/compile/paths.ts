/** A set of dotted paths as a tree; a node that is `whole` needs everything below it. */
export interface PathTree {
  add(path: readonly string[]): void;
  /** Records that something is there (an array and how many items it has), not what is in it. */
  touch(path: readonly string[]): void;
  /** The paths in alphabetic order, names with odd characters in backquotes. */
  list(): string[];
  /** A copy of `entity` with nothing but these paths; lists keep their length. */
  project(entity: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

interface PathNode {
  whole: boolean;
  readonly children: Map<string, PathNode>;
}

const newNode = (): PathNode => ({ whole: false, children: new Map() });

/** A tree of paths with nothing in it. */
export function createPathTree(): PathTree {
  const canonicalKey = newNode();
  const touch = (path: readonly string[]): PathNode => {
    let node = canonicalKey;
    for (const name of path) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = newNode();
        node.children.set(name, child);
      }
      node = child;
    }
    return node;
  };
  return {
    add: (path) => {
      touch(path).whole = true;
    },
    touch: (path) => void touch(path),
    list: () => pathsBelow(canonicalKey, []).sort(),
    project: (entity) => (canonicalKey.whole ? { ...entity } : projectFields(entity, canonicalKey)),
  };
}

function pathsBelow(node: PathNode, path: readonly string[]): string[] {
  if (node.whole || node.children.size === 0) return path.length === 0 ? [] : [path.map(shown).join('.')];
  return [...node.children].flatMap(([name, child]) => pathsBelow(child, [...path, name]));
}

const shown = (name: string): string => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `\`${name}\``);

function projectFields(value: Readonly<Record<string, unknown>>, node: PathNode): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, child] of node.children) {
    if (!Object.hasOwn(value, name)) continue;
    const projected = project(value[name], child);
    if (projected !== undefined) result[name] = projected;
  }
  return result;
}

function project(value: unknown, node: PathNode): unknown {
  if (node.whole || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => project(item, node));
  const fields = projectFields(value as Record<string, unknown>, node);
  // An object of which nothing is needed is left out, unless it is needed that there is one.
  return Object.keys(fields).length > 0 || node.children.size === 0 ? fields : undefined;
}
