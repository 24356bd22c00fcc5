import type { z } from 'zod';

/**
 * The keys a shape has at a path, for suggestions: objects within objects, lists, records, and of a union those of the
 * member whose literal keys (`type: http`) agree with the value.
 */
export function knownKeys(shape: z.core.$ZodType, path: readonly PropertyKey[], value: unknown): readonly string[] {
  const inner = unwrap(shape, value);
  const { def } = inner._zod as { def: Def };
  const [step, ...rest] = path;
  if (def.type === 'object') {
    if (step === undefined) return Object.keys(def.shape ?? {});
    const property = def.shape?.[String(step)];
    return property ? knownKeys(property, rest, childOf(value, step)) : [];
  }
  const member = def.type === 'array' ? def.element : def.type === 'record' ? def.valueType : undefined;
  return member && step !== undefined ? knownKeys(member, rest, childOf(value, step)) : [];
}

interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
}

/** Without `optional` and `default`; of a union, the member that is meant. */
function unwrap(shape: z.core.$ZodType, value: unknown): z.core.$ZodType {
  const { def } = shape._zod as { def: Def };
  if (def.innerType) return unwrap(def.innerType, value);
  if (def.options) {
    const inner = def.options.map((option) => unwrap(option, value));
    const agreeing = inner.filter((option) => agrees(option, value));
    return (agreeing.length > 0 ? agreeing : inner).reduce((best, option) =>
      keysInCommon(option, value) > keysInCommon(best, value) ? option : best,
    );
  }
  return shape;
}

function keysInCommon(shape: z.core.$ZodType, value: unknown): number {
  const { def } = shape._zod as { def: Def };
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return keys.filter((key) => Object.hasOwn(def.shape ?? {}, key)).length;
}

function agrees(shape: z.core.$ZodType, value: unknown): boolean {
  const { def } = shape._zod as { def: Def };
  return Object.entries(def.shape ?? {}).every(([key, property]) => {
    const { values } = property._zod;
    return !values || values.has(childOf(value, key) as string);
  });
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}
