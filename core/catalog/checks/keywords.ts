import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import { follow } from '#core/schema/field-tree.ts';
import { checkPattern } from '#core/schema/linear-regexp.ts';
import { closest, didYouMean, editDistance } from '#core/util/did-you-mean.ts';
import { isObject } from '#core/util/is-object.ts';
import type { Findings, Loaded } from '../loaded.ts';
import type { Path } from '../source-file.ts';

const KEYWORDS = [
  ...['$id', '$schema', '$ref', '$comment', 'title', 'description', 'default', 'examples', 'readOnly', 'writeOnly'],
  ...['type', 'enum', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'format', 'items', 'additionalItems', 'maxItems', 'minItems'],
  ...['uniqueItems', 'contains', 'maxProperties', 'minProperties', 'required', 'properties', 'patternProperties'],
  ...['additionalProperties', 'dependencies', 'propertyNames', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf', 'not'],
  ...['definitions', 'descriptors', 'meta:class'],
  ...['unevaluatedProperties', 'unevaluatedItems', 'meta:immutableTags'],
];
const KNOWN = new Set(KEYWORDS);
const SLIP = 2;

/** Where schemas stand inside a schema. */
const MAPS = new Set(['properties', 'definitions', 'patternProperties']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf']);
const SINGLE = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames']);

/** The schemas that stand below a keyword, with the way to them from there. */
function schemasIn(key: string, value: unknown): readonly (readonly [steps: Path, schema: unknown])[] {
  if (MAPS.has(key)) return Object.entries(value as object).map(([name, schema]) => [[name], schema]);
  if (LISTS.has(key) && Array.isArray(value)) return value.map((schema, i) => [[i], schema]);
  return SINGLE.has(key) ? [[[], value]] : [];
}

const FORMATS = knownFormats();

function knownFormats(): ReadonlySet<string> {
  const ajv = new Ajv();
  (addFormats as unknown as (target: Ajv) => void)(ajv);
  return new Set(Object.keys(ajv.formats));
}

/**
 * JSON Schema ignores keywords it does not know, so a slip of the pen (`requried`) would switch a rule off in silence.
 * A keyword that looks very much like a real one is rejected; others, such as XDM's own, are let be. References lead
 * somewhere, formats exist, and patterns are ones that run in linear time.
 */
export function checkKeywords(
  loaded: Loaded<unknown>,
  schema: SchemaDefinition,
  byId: ReadonlyMap<string, SchemaDefinition>,
  findings: Findings,
): void {
  const visit = (value: unknown, path: Path): void => {
    if (!isObject(value)) return;
    for (const [key, inside] of Object.entries(value)) {
      const here = [...path, key];
      if (KNOWN.has(key)) checkValue(key, inside, here);
      else checkUnknown(key, here);
      for (const [steps, schema] of schemasIn(key, inside)) visit(schema, [...here, ...steps]);
    }
  };

  const checkUnknown = (key: string, path: Path): void => {
    const meant = closest(key, KEYWORDS);
    if (meant === undefined || key.length <= 3) return;
    if (editDistance(key.toLowerCase(), meant.toLowerCase()) > SLIP) return;
    findings.atKey(loaded, path, `unknown keyword "${key}"`, { hint: `did you mean "${meant}"?` });
  };

  const checkValue = (key: string, value: unknown, path: Path): void => {
    if (typeof value === 'string') checkText(key, value, path);
    if (key === 'type' && [value].flat().includes('null')) {
      findings.at(loaded, path, '"null" is no type of a field', { expected: 'no key at all where there is no value' });
    }
    if (key !== 'patternProperties') return;
    for (const pattern of Object.keys(value as object)) expectPattern(pattern, [...path, pattern], 'atKey');
  };

  const checkText = (key: string, value: string, path: Path): void => {
    if (key === '$ref') checkReference(value, path);
    if (key === 'pattern') expectPattern(value, path, 'at');
    if (key === 'format' && !FORMATS.has(value)) {
      findings.at(loaded, path, `unknown format "${value}"`, { hint: didYouMean(value, FORMATS) });
    }
  };

  const expectPattern = (pattern: string, path: Path, where: 'at' | 'atKey'): void => {
    if (checkPattern(pattern) === undefined) return;
    findings[where](loaded, path, `the pattern "${pattern}" can't be used`, {
      expected: 'a regular expression without look-behind and back-references',
    });
  };

  const checkReference = (reference: string, path: Path): void => {
    const id = reference.split('#')[0]!;
    if (id !== '' && !byId.has(id)) {
      findings.at(loaded, path, `unknown schema "${id}"`, { hint: didYouMean(id, byId.keys()) });
    } else if (!follow(reference, schema, byId)) {
      findings.at(loaded, path, `"${reference}" leads nowhere`, { expected: 'something like #/definitions/name' });
    }
  };

  visit(schema, []);
}
