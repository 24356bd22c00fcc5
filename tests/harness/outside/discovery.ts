import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { type OutsideData, outsideData } from './data.ts';

export const DATA_MANAGER: OutsideData = outsideData('data/specs/google/datamanager.v1.discovery.json');

const DROPPED = new Set([
  'id',
  'format',
  'annotations',
  'readOnly',
  'deprecated',
  'enumDescriptions',
  'enumDeprecated',
]);

type Json = Readonly<Record<string, unknown>>;

/** A part of a discovery document as JSON Schema. @param isNames whether its keys are names, not keywords */
function converted(part: unknown, isNames = false): unknown {
  if (Array.isArray(part)) return part.map((each) => converted(each));
  if (typeof part !== 'object' || part === null) return part;
  const kept = Object.entries(part).filter(
    ([key, value]) => isNames || !(DROPPED.has(key) || (key === 'type' && value === 'any')),
  );
  return Object.fromEntries(
    kept.map(([key, value]) =>
      !isNames && key === '$ref'
        ? [key, `#/definitions/${value}`]
        : [key, converted(value, !isNames && key === 'properties')],
    ),
  );
}

/** What a discovery document of Google says of one message; names that it does not have are breaches. */
export function messageOf(document: OutsideData, name: string): ValidateFunction {
  const { schemas } = JSON.parse(readFileSync(document.path, 'utf8')) as { readonly schemas: Json };
  const definitions = converted(schemas, true) as Readonly<Record<string, { additionalProperties?: unknown }>>;
  for (const schema of Object.values(definitions)) {
    if ('properties' in schema) schema.additionalProperties ??= false;
  }
  return new Ajv({ strict: false, allErrors: true }).compile({ definitions, $ref: `#/definitions/${name}` });
}
