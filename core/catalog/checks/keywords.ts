import type { SchemaDefinition } from '../definitions.ts';
import { closest, editDistance } from '../did-you-mean.ts';
import type { Findings, Loaded } from '../loaded.ts';
import type { Path } from '../source-file.ts';

const KEYWORDS = [
  ...['$id', '$schema', '$ref', '$comment', 'title', 'description', 'default', 'examples', 'readOnly', 'writeOnly'],
  ...['type', 'enum', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'format', 'items', 'additionalItems', 'maxItems', 'minItems'],
  ...['uniqueItems', 'contains', 'maxProperties', 'minProperties', 'required', 'properties', 'patternProperties'],
  ...['additionalProperties', 'dependencies', 'propertyNames', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf', 'not'],
  ...['definitions', 'descriptors', 'meta:class'],
];
const KNOWN = new Set(KEYWORDS);
const SLIP = 2;

/**
 * JSON Schema ignores keywords it does not know, so a slip of the pen (`requried`) would switch a rule off in silence.
 * A keyword that looks very much like a real one is refused; others, such as XDM's own, are let be. References lead
 * somewhere.
 */
export function checkKeywords(
  loaded: Loaded<unknown>,
  schema: SchemaDefinition,
  byId: ReadonlyMap<string, SchemaDefinition>,
  findings: Findings,
): void {
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [key, inside] of Object.entries(value)) {
      const here = [...path, key];
      if (KNOWN.has(key)) checkReference(key, inside, here);
      else {
        const meant = closest(key, KEYWORDS);
        if (meant !== undefined && key.length > 3 && editDistance(key.toLowerCase(), meant.toLowerCase()) <= SLIP) {
          findings.atKey(loaded, here, `unknown keyword "${key}"`, { hint: `did you mean "${meant}"?` });
        }
      }
      if (MAPS.has(key))
        for (const name of Object.keys(inside as object)) visit((inside as never)[name], [...here, name]);
      else if (Array.isArray(inside) && LISTS.has(key))
        for (const [i, item] of inside.entries()) visit(item, [...here, i]);
      else if (SINGLE.has(key)) visit(inside, here);
    }
  };
  const checkReference = (key: string, inside: unknown, path: Path): void => {
    if (key !== '$ref' || typeof inside !== 'string' || inside.startsWith('#')) return;
    const id = inside.split('#')[0]!;
    if (byId.has(id)) return;
    const meant = closest(id, byId.keys());
    findings.at(loaded, path, `unknown schema "${id}"`, { hint: meant && `did you mean "${meant}"?` });
  };
  visit(schema, []);
}

const MAPS = new Set(['properties', 'definitions', 'patternProperties']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf']);
const SINGLE = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames']);
