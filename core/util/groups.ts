/** As many items as are worked on together, or fewer where they are large. */
const MAX_ITEMS = 1_000;
const MAX_CHARACTERS = 4 * 1_048_576;

/** Items in their order, some at a time. @param lengthOf characters of an item */
export function* groupsOf<T>(items: Iterable<T>, lengthOf: (item: T) => number): Iterable<T[]> {
  let slice: T[] = [];
  let characters = 0;
  for (const item of items) {
    slice.push(item);
    characters += lengthOf(item);
    if (slice.length < MAX_ITEMS && characters < MAX_CHARACTERS) continue;
    yield slice;
    slice = [];
    characters = 0;
  }
  if (slice.length > 0) yield slice;
}
