/**
 * JSON pointers (RFC 6901): the way from a JSON value to one inside it, as keys and indices. A pointer is exact; what is
 * too long to be reported is cut by `reportedPointer` only, at the border of a step.
 */

/** A key, or an index, as one step of a pointer. */
export const pointerStep = (key: PropertyKey): string => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The pointer that follows these keys; empty for none, which is the whole value. */
export const pointerTo = (keys: readonly PropertyKey[]): string => keys.map(pointerStep).join('');

/** The keys that a pointer follows, as text. What stands before its first slash is none of them. */
export const pointerSteps = (pointer: string): string[] => pointer.split('/').slice(1).map(unescapeStep);

/** `~01` is `~1`: the slash comes first (RFC 6901 §4). */
const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

/** A pointer as the fragment of a URI, without its `#` (RFC 6901 §6). */
export const toFragment = (pointer: string): string => encodeURI(pointer.toWellFormed()).replaceAll('#', '%23');

/** The keys that the fragment of a URI follows, without its `#`; percent signs that encode nothing stand for themselves. */
export const fragmentSteps = (fragment: string): string[] =>
  pointerSteps(fragment.replace(/(?:%[0-9a-f]{2})+/gi, decodedOr));

function decodedOr(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** In UTF-16 units. Keys are as long as people like, and a record may have thousands of them that are rejected. */
export const MAX_REPORTED_POINTER_LENGTH = 2_048;

/**
 * A pointer as it is shown to people: as it is, or, where it is longer than `MAX_REPORTED_POINTER_LENGTH`, the one to the
 * nearest place around. Halves of characters, which no report can hold, are replaced (U+FFFD).
 */
export function reportedPointer(pointer: string): string {
  if (pointer.length <= MAX_REPORTED_POINTER_LENGTH) return pointer.toWellFormed();
  const end = pointer.lastIndexOf('/', MAX_REPORTED_POINTER_LENGTH);
  return pointer.slice(0, end).toWellFormed();
}
