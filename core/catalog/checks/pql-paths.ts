import type { Expression, TimeCondition } from '#core/segmentation/pql/ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type FieldTree, lookUp } from '../field-tree.ts';

/** A field that an expression reads and no schema has. */
export interface UnknownPath {
  /** UTF-16 offset into the PQL text. */
  readonly offset: number;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What profiles and events hold; undefined where schemas don't say. */
export interface Unions {
  readonly profile: FieldTree | undefined;
  readonly event: FieldTree | undefined;
}

/** What an expression stands for, as far as fields can be looked up in it. */
interface Place {
  readonly tree: FieldTree | 'open';
  readonly of: 'profiles' | 'events';
  readonly path: readonly string[];
}

interface Scope {
  /** Innermost first. */
  readonly here: readonly Place[];
  readonly variables: ReadonlyMap<string, Place>;
}

const OPEN: Place = { tree: 'open', of: 'profiles', path: [] };
/** Methods whose arguments are about each item of the list. */
const ABOUT_ITEMS: ReadonlySet<string> = new Set(['sum', 'average', 'min', 'max', 'groupBy', 'map', 'topN', 'bottomN']);
const SAME_LIST: ReadonlySet<string> = new Set(['distinct', 'topN', 'bottomN', 'intersection']);

/** Finds every field that an expression reads and that is in no schema of Profile (aep.md §1.1, union schema). */
export function unknownPaths(expression: Expression, unions: Unions): UnknownPath[] {
  const found: UnknownPath[] = [];
  const events: Place = { tree: listOf(unions.event ?? 'open'), of: 'events', path: [] };
  const profile: Place = { tree: unions.profile ?? 'open', of: 'profiles', path: [] };

  const child = (place: Place, name: string): Place | undefined => {
    const result = lookUp(place.tree, [name]);
    return result.known ? { ...place, tree: result.tree, path: [...place.path, name] } : undefined;
  };
  const complain = (place: Place, name: string, offset: number): Place => {
    const result = lookUp(place.tree, [name]);
    const path = [...place.path, name].join('.');
    const hint = result.known ? undefined : (didYouMean(name, result.names) ?? listOfNames(result.names));
    found.push({ offset, message: `"${path}" is not a field of ${place.of}`, hint });
    return OPEN;
  };
  const inside = (item: Place, body: Expression, scope: Scope): void => {
    const within = { ...scope, here: [item, ...scope.here] };
    if (body.kind !== 'lambda') read(body, within);
    else read(body.body, bind(within, body.parameters[0]!, item, body.parameters.slice(1)));
  };
  const readTime = (when: TimeCondition, scope: Scope): void => {
    if (when.kind === 'between') {
      read(when.from, scope);
      read(when.to, scope);
    } else read(when.reference, scope);
  };

  function read(node: Expression, scope: Scope): Place {
    switch (node.kind) {
      case 'name': {
        const variable = scope.variables.get(node.name);
        if (variable) return variable;
        if (node.name === 'xEvent') return events;
        for (const place of scope.here) {
          const field = child(place, node.name);
          if (field) return field;
        }
        return complain(scope.here[0]!, node.name, node.span.start);
      }
      case 'member': {
        const object = read(node.object, scope);
        return (
          child(object, node.name) ??
          complain(object, node.name, Math.max(node.span.start, node.span.end - node.name.length))
        );
      }
      case 'outer':
        return scope.here[node.levels] ?? profile;
      case 'filter': {
        const list = read(node.source, scope);
        inside(itemOf(list), node.condition, scope);
        return list;
      }
      case 'method': {
        const object = read(node.object, scope);
        const about = ABOUT_ITEMS.has(node.name);
        for (const argument of node.args) {
          if (about) inside(itemOf(object), argument, scope);
          else read(argument, scope);
        }
        if (node.name === 'head') return itemOf(object);
        return SAME_LIST.has(node.name) ? object : OPEN;
      }
      case 'quantifier': {
        const item = itemOf(read(node.source, scope));
        const named = bind({ ...scope, here: [...scope.here, item] }, node.variable, item);
        if (node.condition) read(node.condition, named);
        return OPEN;
      }
      case 'let':
        return read(node.body, bind(scope, node.name, read(node.value, scope)));
      case 'lambda':
        read(node.body, bind(scope, node.parameters[0]!, OPEN, node.parameters.slice(1)));
        return OPEN;
      case 'chain': {
        const item = itemOf(read(node.source, scope));
        let named = scope;
        for (const step of node.steps) {
          if (step.what) inside(item, step.what, named);
          for (const when of step.when) readTime(when, named);
          named = bind(named, step.name, item);
        }
        if (node.condition) read(node.condition, named);
        return OPEN;
      }
      case 'occurs':
        read(node.time, scope);
        readTime(node.when, scope);
        return OPEN;
      case 'comparison':
      case 'arithmetic':
        read(node.left, scope);
        read(node.right, scope);
        return OPEN;
      case 'not':
      case 'negate':
        read(node.operand, scope);
        return OPEN;
      case 'logical':
        for (const operand of node.operands) read(operand, scope);
        return OPEN;
      case 'list':
        for (const item of node.items) read(item, scope);
        return OPEN;
      case 'call':
        for (const argument of node.args) read(argument, scope);
        return OPEN;
      default:
        return OPEN;
    }
  }
  const start: Scope = { here: [profile], variables: new Map() };
  if (expression.kind === 'lambda') read(expression.body, bind(start, expression.parameters[0]!, profile));
  else read(expression, start);
  return found;
}

/** What else there is, where that is not much. */
const listOfNames = (names: readonly string[]): string | undefined =>
  names.length > 0 && names.length <= 12 ? `the fields there are ${[...names].sort().join(', ')}` : undefined;

function bind(scope: Scope, name: string, place: Place, others: readonly string[] = []): Scope {
  const more = others.map((other) => [other, OPEN] as const);
  return { ...scope, variables: new Map([...scope.variables, [name, place], ...more]) };
}

function itemOf(place: Place): Place {
  if (place.tree === 'open' || !place.tree.types.has('array')) return { ...place, tree: 'open' };
  return { ...place, tree: place.tree.items() ?? 'open' };
}

function listOf(item: FieldTree | 'open'): FieldTree {
  return {
    types: new Set(['array']),
    names: item === 'open' ? [] : item.names,
    items: () => item,
    child: (name) => (item === 'open' ? 'open' : item.child(name)),
  };
}
