import { reportedPointer } from '#core/util/pointer.ts';
import { Extent, noField, put } from './fields.ts';
import { type Fields, Rejected } from './mapped.ts';

/** A field that is filled from records of a form. */
export interface Field<S> {
  readonly path: readonly string[];
  /** Its value in a record, undefined where it has none, or {@link Rejected}; absent where no record has one. */
  readonly valueIn?: ((source: S) => unknown) | undefined;
  /** What it gets where it has no value. */
  readonly fallback?: unknown;
}

/** @returns a record with the values of the fields */
export function fill<S>(fields: readonly Field<S>[], source: S): Fields | Rejected {
  const record: Fields = {};
  const extent = new Extent();
  // An index, for this is done for every field of every record.
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    const value = valueFor(field, source);
    if (value === undefined) continue;
    const rejected = value instanceof Rejected ? value : fillField(record, field.path, value, extent);
    if (rejected) return rejected;
  }
  return record;
}

/** The value of a field, or what it gets instead; null clears a field for which there is nothing else. */
function valueFor<S>({ valueIn, fallback }: Field<S>, source: S): unknown {
  const value = valueIn === undefined ? undefined : valueIn(source);
  return value ?? (fallback === undefined ? value : fallback);
}

/** The same for an item of a list: there is none, unless one of its fields has a value of its own. */
export function fillItem<S>(fields: readonly Field<S>[], source: S): Fields | Rejected | undefined {
  const values = fields.map(({ valueIn }) => valueIn?.(source) ?? undefined);
  const rejected = values.find((value) => value instanceof Rejected);
  if (rejected) return rejected as Rejected;
  if (values.every((value) => value === undefined)) return undefined;
  const item: Fields = {};
  for (const [i, { path, fallback }] of fields.entries()) {
    const value = values[i] ?? fallback;
    if (value !== undefined) put(item, path, value);
  }
  return item;
}

/** @returns why not, if so */
export function fillField(
  record: Fields,
  path: readonly string[],
  value: unknown,
  extent: Extent,
): Rejected | undefined {
  const rejection = typeof value === 'object' ? extent.add(value, path.length) : undefined;
  if (rejection) return new Rejected(rejection);
  return put(record, path, value) ? undefined : new Rejected(noField(path));
}

/** The same rejection, of what lies below a place. */
export const below = ({ rejection }: Rejected, place: string): Rejected =>
  new Rejected({ ...rejection, pointer: reportedPointer(`${place}${rejection.pointer ?? ''}`) });
