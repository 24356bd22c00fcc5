import { isObject } from '#core/util/is-object.ts';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

type Branch = Record<string, unknown>;

/**
 * Values by dotted path (`person.name.firstName`) as nested objects. Where one path leads into the value of another,
 * both are kept as far as an object can hold both; a path through a plain value gives way to that value.
 */
export function nested(values: Readonly<Record<string, unknown>>): Branch {
  const canonicalKey: Branch = {};
  const paths = Object.keys(values).sort();
  for (const path of paths) {
    const names = path.split('.');
    const last = names.pop()!;
    if (names.some((name) => FORBIDDEN.has(name)) || FORBIDDEN.has(last)) continue;
    const branch = branchAt(canonicalKey, names);
    if (branch) branch[last] = isObject(values[path]) ? { ...values[path] } : values[path];
  }
  return canonicalKey;
}

function branchAt(canonicalKey: Branch, names: readonly string[]): Branch | undefined {
  let branch = canonicalKey;
  for (const name of names) {
    const next = branch[name];
    if (next !== undefined && !isObject(next)) return undefined;
    // Copied, since it may be part of a value that belongs to somebody else.
    const own: Branch = { ...next };
    branch[name] = own;
    branch = own;
  }
  return branch;
}
