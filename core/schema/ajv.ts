import { Ajv, type FuncKeywordDefinition } from 'ajv';
import { cost, largeEnum, MULTIPLE_OF, textCost, uniqueItems } from './ajv-keywords.ts';
import type { Bundle } from './bundle.ts';
import { addFormats } from './formats.ts';
import { linearRegExp } from './linear-regexp.ts';
import type { Steps } from './steps.ts';

export interface AjvSettings {
  readonly bundle: Bundle;
  /** See {@link ajvNodes}. */
  readonly nodes: ReadonlyMap<string, object>;
  readonly steps: Steps;
  /** Tells all faults instead of stopping at the first one. */
  readonly explains: boolean;
  readonly keywords: readonly FuncKeywordDefinition[];
}

/** ajv with the nodes of a bundle: nothing in them is run as code, and no keyword takes longer than a value is large. */
export function ajvOf({ bundle, nodes, steps, explains, keywords }: AjvSettings): Ajv {
  const names = namesIn([...bundle.nodes.values()]);
  const ajv = new Ajv({
    strict: false,
    // ajv misreads a field without a name that is required when it stops at the first fault.
    allErrors: explains || names.has(''),
    // What every object has, such as "constructor", is no field of it. Looked at only where such a name occurs.
    ownProperties: Object.getOwnPropertyNames(Object.prototype).some((name) => names.has(name)),
    // Of more, ajv makes code that takes the square of their number to make.
    loopRequired: 32,
    // Errors carry what was found, whose type is told.
    verbose: explains,
    messages: explains,
    // What is in a bundle was looked at when it was made.
    validateSchema: false,
    meta: false,
    logger: false,
    code: { regExp: linearRegExp(steps) },
  });
  addFormats(ajv, steps);
  for (const keyword of ['uniqueItems', 'multipleOf', 'contains']) ajv.removeKeyword(keyword);
  for (const keyword of [cost(steps), textCost(steps), uniqueItems(steps), largeEnum(steps), MULTIPLE_OF, ...keywords])
    ajv.addKeyword(keyword);
  for (const [key, node] of nodes) ajv.addSchema(node, key);
  return ajv;
}

/** Every name of a member and every text, at any depth. */
function namesIn(value: unknown, names = new Set<unknown>()): ReadonlySet<unknown> {
  if (typeof value === 'string') names.add(value);
  if (typeof value !== 'object' || value === null) return names;
  if (!Array.isArray(value)) for (const name of Object.keys(value)) names.add(name);
  for (const member of Object.values(value)) namesIn(member, names);
  return names;
}
