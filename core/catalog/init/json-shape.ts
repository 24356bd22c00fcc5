/** What the values at one place of many records are. */
export interface Shape {
  readonly types: Set<'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'>;
  /** Of objects: by name. */
  readonly fields: Map<string, Shape>;
  /** Of arrays: what their items are. */
  items?: Shape;
  /** There are more fields, or deeper ones, than are told apart. */
  isOpen: boolean;
}

/** An object with more fields than these is a map, whose keys are data. */
const MAX_FIELDS = 200;
const MAX_DEPTH = 12;
/** All fields of a schema: a file of a catalog holds 100,000 values. */
const MAX_SHAPES = 5_000;
/** Names that a file of a catalog must not have. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

const newShape = (): Shape => ({ types: new Set(), fields: new Map(), isOpen: false });

/** The shape of all records together. Linear in their size. */
export function shapeOf(records: readonly unknown[]): Shape {
  const root = newShape();
  const left = { shapes: MAX_SHAPES };
  for (const record of records) add(root, record, 0, left);
  return root;
}

function add(shape: Shape, value: unknown, depth: number, left: { shapes: number }): void {
  if (value === null) shape.types.add('null');
  else if (Array.isArray(value)) addItems(shape, value, depth, left);
  else if (typeof value === 'object') addFields(shape, value as Readonly<Record<string, unknown>>, depth, left);
  else shape.types.add(typeof value as 'string' | 'number' | 'boolean');
}

function addItems(shape: Shape, items: readonly unknown[], depth: number, left: { shapes: number }): void {
  shape.types.add('array');
  if (depth >= MAX_DEPTH || left.shapes <= 0) {
    shape.isOpen = true;
    return;
  }
  if (!shape.items) left.shapes -= 1;
  shape.items ??= newShape();
  for (const item of items) add(shape.items, item, depth + 1, left);
}

function addFields(
  shape: Shape,
  fields: Readonly<Record<string, unknown>>,
  depth: number,
  left: { shapes: number },
): void {
  shape.types.add('object');
  if (depth >= MAX_DEPTH) {
    shape.isOpen = true;
    return;
  }
  for (const [name, value] of Object.entries(fields)) {
    const known = shape.fields.get(name);
    if (known) add(known, value, depth + 1, left);
    else if (FORBIDDEN.has(name) || left.shapes <= 0 || shape.fields.size >= MAX_FIELDS) shape.isOpen = true;
    else {
      left.shapes -= 1;
      const fresh = newShape();
      shape.fields.set(name, fresh);
      add(fresh, value, depth + 1, left);
    }
  }
}

/**
 * The JSON Schema that every value of the shape fits. It rejects nothing but values of another type: where there were
 * several, or null, any may follow.
 */
export function schemaOfShape(shape: Shape): Readonly<Record<string, unknown>> {
  const [type, ...others] = shape.types;
  if (type === undefined || others.length > 0 || type === 'null') return {};
  if (type === 'array') return shape.items && !shape.isOpen ? { type, items: schemaOfShape(shape.items) } : { type };
  if (type !== 'object') return { type };
  // An object without names is open by itself.
  if (shape.fields.size === 0 || (shape.isOpen && shape.fields.size >= MAX_FIELDS)) return { type };
  return { type, ...(shape.isOpen && { additionalProperties: true }), properties: propertiesOf(shape) };
}

/** The fields of an object, each as a schema. */
export const propertiesOf = ({ fields }: Shape): Record<string, unknown> =>
  Object.fromEntries([...fields].map(([name, inside]) => [name, schemaOfShape(inside)]));

/** Pointers' steps to all fields that are text in every record that has them, outside of arrays. */
export function textFields(shape: Shape, path: readonly string[] = []): (readonly string[])[] {
  if (shape.types.size === 1 && shape.types.has('string')) return path.length > 0 ? [path] : [];
  if (shape.types.size !== 1 || !shape.types.has('object')) return [];
  return [...shape.fields].flatMap(([name, inside]) => textFields(inside, [...path, name]));
}
