import { bundleSchema } from '#core/schema/bundle.ts';
import { compileBundle, type Validate } from '#core/schema/compile-bundle.ts';
import { rootOf, SchemaLibrary } from '#core/schema/library.ts';

export const DRAFT_6 = 'http://json-schema.org/draft-06/schema#';

/** A validator of the first of several schema files, which may refer to the others. */
export function validatorOf(...documents: unknown[]): Validate {
  const files = documents.map((document, i) => ({ path: `schemas/${i}.schema.json`, document }));
  return compileBundle(bundleSchema(new SchemaLibrary(files), rootOf(files[0]!)));
}

/** In the manner of the public repository: what a file says is a definition, which it applies to itself. */
export const extensible = ($id: string, properties: object, above: readonly object[] = [], more: object = {}) => ({
  'meta:license': ['of this test'],
  $id,
  $schema: DRAFT_6,
  title: 'A schema',
  type: 'object',
  'meta:extensible': true,
  'meta:abstract': true,
  'meta:intendedToExtend': ['https://ns.example.com/class'],
  definitions: { own: { properties } },
  allOf: [...above, { $ref: '#/definitions/own' }],
  'meta:status': 'stable',
  ...more,
});
