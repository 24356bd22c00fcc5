import type { FuncKeywordDefinition } from 'ajv';
import { REST } from './ajv-nodes.ts';
import type { Bundle, SchemaNode } from './bundle.ts';
import { linearRegExp } from './linear-regexp.ts';
import type { Steps } from './steps.ts';

type Fields = Readonly<Record<string, unknown>>;
type Schema = Readonly<Record<string, unknown>>;
/** Whether a value fits the schema of a key. */
interface Asked {
  fits(key: string, value: unknown): boolean;
}

type Pattern = ReturnType<ReturnType<typeof linearRegExp>>;

/**
 * What `unevaluatedProperties` and `unevaluatedItems` apply to: the fields and items of a value that no other schema has
 * looked at, of those that fit it. ajv keeps account of them while it looks, which goes wrong where schemas refer to
 * themselves; here they are worked out when they are asked for.
 */
export class Rest {
  readonly #nodes: Bundle['nodes'];
  readonly #visits: Asked;
  readonly #steps: Steps;
  readonly #patterns = new Map<string, Pattern>();

  constructor({ nodes }: Bundle, visits: Asked, steps: Steps) {
    this.#nodes = nodes;
    this.#visits = visits;
    this.#steps = steps;
  }

  /** The fields, or items, of a value to which the schema applies its `unevaluated…`, and which do not fit that. */
  misfits(schema: Schema, value: unknown): readonly { readonly name: string | number; readonly key: string }[] {
    if (typeof value !== 'object' || value === null) return [];
    const isList = Array.isArray(value);
    const keyword = isList ? 'unevaluatedItems' : 'unevaluatedProperties';
    const key = (schema[keyword] as { readonly $ref: string } | undefined)?.$ref;
    if (key === undefined) return [];
    const names: readonly (string | number)[] = isList
      ? [...value.keys()].slice(this.#itemsSeen(schema, value, true))
      : this.#fieldsLeft(schema, value as Fields);
    return names.filter((name) => !this.#visits.fits(key, (value as Fields)[name])).map((name) => ({ name, key }));
  }

  #fieldsLeft(schema: Schema, value: Fields): readonly string[] {
    const left = new Set(Object.keys(value));
    this.#takeFields(schema, value, left, true);
    return [...left];
  }

  /** @param isAsking the schema is the one that asks; of others, `unevaluated…` looks at all that is left */
  #takeFields(schema: SchemaNode, value: Fields, left: Set<string>, isAsking = false): void {
    if (typeof schema === 'boolean' || left.size === 0) return;
    this.#steps.take(1 + (left.size >> 3));
    const { properties, patternProperties } = schema as {
      readonly properties?: object;
      readonly patternProperties?: object;
    };
    if (properties) take(left, (name) => Object.hasOwn(properties, name));
    for (const pattern of Object.keys(patternProperties ?? {})) {
      const expression = this.#pattern(pattern);
      take(left, (name) => expression.test(name));
    }
    if ('additionalProperties' in schema || (!isAsking && 'unevaluatedProperties' in schema)) left.clear();
    for (const inner of this.#beside(schema, value)) this.#takeFields(inner, value, left);
  }

  /** How many items, from the first on, were looked at. */
  #itemsSeen(schema: SchemaNode, value: readonly unknown[], isAsking = false): number {
    if (typeof schema === 'boolean') return 0;
    this.#steps.take(1);
    const { items } = schema;
    const isAll =
      (items !== undefined && !Array.isArray(items)) || (Array.isArray(items) && 'additionalItems' in schema);
    if (isAll || (!isAsking && 'unevaluatedItems' in schema)) return value.length;
    const others = [...this.#beside(schema, value)].map((inner) => this.#itemsSeen(inner, value));
    return Math.max(Array.isArray(items) ? items.length : 0, ...others);
  }

  /** The schemas that apply to the same value because this one does, and that fit it. */
  *#beside(schema: Schema, value: object): Generator<SchemaNode> {
    const nodeOf = ({ $ref }: { readonly $ref: string }): SchemaNode => this.#nodes.get($ref)!;
    const fits = ({ $ref }: { readonly $ref: string }): boolean => this.#visits.fits($ref, value);
    const {
      $ref,
      allOf = [],
      anyOf = [],
      oneOf = [],
      dependencies = {},
      dependentSchemas = {},
    } = schema as {
      readonly $ref?: string;
      readonly allOf?: readonly SchemaNode[];
      readonly anyOf?: readonly { readonly $ref: string }[];
      readonly oneOf?: readonly { readonly $ref: string }[];
      readonly dependencies?: Readonly<Record<string, SchemaNode | readonly string[]>>;
      readonly dependentSchemas?: Readonly<Record<string, SchemaNode>>;
    };
    if ($ref !== undefined) yield this.#nodes.get($ref)!;
    yield* allOf;
    for (const member of [...anyOf, ...oneOf]) if (fits(member)) yield nodeOf(member);
    if (!Array.isArray(value)) {
      for (const [name, inner] of [...Object.entries(dependencies), ...Object.entries(dependentSchemas)])
        if (Object.hasOwn(value, name) && !Array.isArray(inner)) yield inner as SchemaNode;
    }
    if (schema.if === undefined) return;
    const test = schema.if as { readonly $ref: string };
    const holds = fits(test);
    if (holds) yield nodeOf(test);
    const next = (holds ? schema.then : schema.else) as SchemaNode | undefined;
    if (next !== undefined) yield next;
  }

  #pattern(text: string): Pattern {
    const pattern = this.#patterns.get(text) ?? linearRegExp(this.#steps)(text);
    this.#patterns.set(text, pattern);
    return pattern;
  }

  /** @param schemas what the numbers of the keyword mean */
  keyword(schemas: readonly Schema[]): FuncKeywordDefinition {
    return {
      keyword: REST,
      schemaType: 'number',
      errors: false,
      compile: (number: number) => {
        const schema = schemas[number]!;
        return (value: unknown) => this.misfits(schema, value).length === 0;
      },
    };
  }
}

function take(left: Set<string>, isSeen: (name: string) => boolean): void {
  for (const name of left) if (isSeen(name)) left.delete(name);
}
