import type { Ajv, ErrorObject, FuncKeywordDefinition } from 'ajv';
import { pointerStep } from '#core/util/pointer.ts';
import { ajvOf } from './ajv.ts';
import { type AjvNodes, ANY_NODE, ajvNodes, CALLED, ONE_NODE, REST, VISIT } from './ajv-nodes.ts';
import type { Bundle } from './bundle.ts';
import type { NodeTraits } from './node-traits.ts';
import type { Steps } from './steps.ts';
import { MAX_VIOLATIONS } from './violations.ts';
import { AT_THE_TOP, type Visits } from './visits.ts';

/**
 * All faults of a value that does not fit. A node is asked for its own faults only, and whether the nodes it refers to
 * fit; those that do not are asked next. So the same fault is not found again in many ways, and what it says of itself is
 * left as it is.
 *
 * Of several schemas none of which fits (`anyOf`, `oneOf`), people mean one: it is told that none fits, and the faults of
 * the one that comes nearest.
 */
export class Explainer {
  readonly #ajv: Ajv;
  readonly #bundle: Bundle;
  readonly #made: AjvNodes;
  readonly #visits: Visits;
  readonly #known = new Map<string, Map<object, readonly ErrorObject[]>>();

  constructor(
    bundle: Bundle,
    traits: ReadonlyMap<string, NodeTraits>,
    steps: Steps,
    visits: Visits,
    more: readonly FuncKeywordDefinition[],
  ) {
    this.#bundle = bundle;
    this.#visits = visits;
    this.#made = ajvNodes(bundle, traits, true);
    const keywords = [...more, ...visits.keywords(this.#made)];
    this.#ajv = ajvOf({ bundle, nodes: this.#made.nodes, steps, explains: true, keywords });
  }

  /** @param instancePath the pointer to the value */
  explain(key: string, value: unknown, instancePath = ''): readonly ErrorObject[] {
    // Two equal texts are not the same place, as two objects are not.
    if (typeof value !== 'object' || value === null) return this.#ask(key, value, instancePath);
    const known = this.#known.get(key) ?? new Map<object, readonly ErrorObject[]>();
    this.#known.set(key, known);
    const errors = known.get(value) ?? this.#ask(key, value, instancePath);
    known.set(value, errors);
    return errors;
  }

  forget(): void {
    this.#known.clear();
  }

  #ask(key: string, value: unknown, instancePath: string): readonly ErrorObject[] {
    const validate = this.#ajv.getSchema(key)!;
    validate(value, { ...AT_THE_TOP, instancePath });
    const found = new Set<ErrorObject>();
    for (const error of validate.errors ?? []) {
      if (found.size >= MAX_VIOLATIONS) break;
      for (const one of this.#meant(error)) found.add(one);
    }
    return [...found];
  }

  /** What an error stands for, where it is that another node does not fit. */
  #meant(error: ErrorObject): readonly ErrorObject[] {
    const { keyword, schema, parentSchema, data, instancePath, propertyName } = error;
    if (keyword === VISIT) {
      const errors = this.explain(schema as string, data, instancePath);
      return propertyName === undefined ? errors : errors.map((inner) => ({ ...inner, propertyName }));
    }
    if (keyword === REST) return this.#ofRest(error);
    const called = keyword === 'dependencies' && parentSchema?.[CALLED];
    if (called) return [{ ...error, keyword: called }];
    if (keyword !== ANY_NODE && keyword !== ONE_NODE) return [error];
    const choice = { ...error, keyword: keyword === ANY_NODE ? 'anyOf' : 'oneOf' };
    const faults = (schema as readonly string[]).map((member) => this.explain(member, data, instancePath));
    // Of "oneOf", several may fit.
    return faults.some(({ length }) => length === 0) ? [choice] : [choice, ...nearest(faults, instancePath)];
  }

  /** Of a value, fields or items that should not be there, or are not as they should be. */
  #ofRest(error: ErrorObject): readonly ErrorObject[] {
    const { schema, data, instancePath } = error;
    const misfits = this.#visits.rest.misfits(this.#made.resting[schema as number]!, data);
    if (Array.isArray(data) && misfits.some(({ key }) => this.#bundle.nodes.get(key) === false))
      return [{ ...error, keyword: 'unevaluatedItems' }];
    const found = new Set<ErrorObject>();
    for (const { name, key } of misfits) {
      if (found.size >= MAX_VIOLATIONS) break;
      if (this.#bundle.nodes.get(key) === false) {
        found.add({ ...error, keyword: 'unevaluatedProperties', params: { unevaluatedProperty: name } });
        continue;
      }
      const value = (data as Readonly<Record<string, unknown>>)[name];
      for (const one of this.explain(key, value, instancePath + pointerStep(name))) found.add(one);
    }
    return [...found];
  }
}

/** One for another type of value is never near; else the one with the fewest faults. */
function nearest(faults: readonly (readonly ErrorObject[])[], instancePath: string): readonly ErrorObject[] {
  const isOfType = (errors: readonly ErrorObject[]): boolean =>
    !errors.some((error) => error.keyword === 'type' && error.instancePath === instancePath);
  const candidates = faults.filter(isOfType);
  const [first, ...others] = candidates.length > 0 ? candidates : faults;
  return others.reduce((best, errors) => (errors.length < best.length ? errors : best), first ?? []);
}
