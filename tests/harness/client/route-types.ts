import { compile, type JSONSchema } from 'json-schema-to-typescript';

interface Operation {
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: { readonly '2XX'?: { readonly content?: Content }; readonly 501?: unknown };
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: JSONSchema;
}
type Content = { readonly 'application/json': { readonly schema: JSONSchema } };
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const BANNER = `/* Made of docs/openapi.json: what the routes of the management host take and answer. A test makes it anew
   ("npx vitest run --project unit tests/unit/client -u"). */`;

/** The types of every route that does something, as the text of a module. */
export function routeTypesOf(description: object): Promise<string> {
  const { paths } = description as Description;
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { responses }]) => !responses[501])
      .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, schemaOf(operation)] as const),
  );
  return compile(objectOf(Object.fromEntries(routes)), 'Routes', {
    bannerComment: BANNER,
    ignoreMinAndMaxItems: true,
    additionalProperties: false,
    style: { singleQuote: true, printWidth: 120 },
  });
}

function schemaOf({ summary, parameters, requestBody, responses }: Operation): JSONSchema {
  const members = {
    path: parametersOf(parameters, 'path'),
    query: parametersOf(parameters, 'query'),
    body: requestBody?.content['application/json'].schema,
    answer: responses['2XX']?.content?.['application/json'].schema,
  };
  const present = Object.fromEntries(Object.entries(members).filter(([, schema]) => schema !== undefined));
  return { ...objectOf(present as Record<string, JSONSchema>), description: summary };
}

function parametersOf(parameters: readonly Parameter[], where: Parameter['in']): JSONSchema | undefined {
  const here = parameters.filter((parameter) => parameter.in === where);
  if (here.length === 0) return undefined;
  const required = here.filter((parameter) => parameter.required).map(({ name }) => name);
  return { ...objectOf(Object.fromEntries(here.map(({ name, schema }) => [name, schema]))), required };
}

const objectOf = (properties: Record<string, JSONSchema>): JSONSchema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required: Object.keys(properties),
});
