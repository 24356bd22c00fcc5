import { isObject } from '#core/util/is-object.ts';
import { fragmentSteps, pointerStep } from '#core/util/pointer.ts';
import { idOf, type Resource, resolveUri } from './library.ts';

/** A place in a document. */
export interface Place extends Resource {
  /** What local references start from, if not from here: the nearest schema around that has an `$id`, or the file. */
  readonly document?: Resource;
}

/** A schema with an `$id` of its own inside another. */
export function inside(node: Readonly<Record<string, unknown>>, within: Resource, pointer: string): Resource {
  const id = idOf(node, within.file)!;
  const base = within.base === undefined ? id : (resolveUri(id, within.base) ?? id);
  return { file: within.file, pointer, node, base };
}

/** Follows a JSON pointer, written as the fragment of a URI. */
export function enter(resource: Resource, fragment: string): Place | undefined {
  let here: Place = resource;
  for (const key of fragmentSteps(fragment)) {
    const { node } = here;
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    const next = (node as Record<string, unknown>)[key];
    const pointer = here.pointer + pointerStep(key);
    const document = here.document ?? here;
    here =
      isObject(next) && idOf(next, here.file) !== undefined
        ? inside(next, here, pointer)
        : { ...here, pointer, node: next, document };
  }
  return here;
}
