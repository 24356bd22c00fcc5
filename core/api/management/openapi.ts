import * as z from 'zod';
import { FAMILIES, type Family } from './families.ts';
import type { ApiRoute } from './route.ts';

type Json = Readonly<Record<string, unknown>>;
/** What is described of a route, whatever its handler needs. */
type Row = Omit<ApiRoute, 'handle'>;

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    report: { type: 'object' },
  },
};

/** A description of a table of routes in the form of OpenAPI 3.1, made from the very shapes that the router checks. */
export function openApiOf(routes: readonly Row[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = `${FAMILIES[route.family].base}${route.path}`.replaceAll('+}', '}') || '/';
    const operations = paths[path] ?? {};
    operations[route.method.toLowerCase()] = operationOf(route, path);
    paths[path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tributary: the management host',
      version,
      description:
        'Definitions and operation of a stage, in the shapes of Adobe Experience Platform where it has some.',
    },
    tags: Object.values(FAMILIES).map(({ title }) => ({ name: title })),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of POST /ims/token/v3' } },
      schemas: { Problem: PROBLEM },
    },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

const titleOf = (family: Family): string => FAMILIES[family].title;

function operationOf(route: Row, path: string): Json {
  const { family, method, scope, summary, body } = route;
  const problem = {
    description: 'What is wrong',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    operationId: operationIdOf(method, path),
    tags: [titleOf(family)],
    summary,
    ...(scope === 'public' ? {} : { security: alternatives(route).map((token) => ({ token })) }),
    parameters: [...pathParameters(path), ...queryParameters(route)],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: summary.startsWith('Not implemented') ? { 501: problem } : { ...answersOf(route), default: problem },
  };
}

/** One of them is enough. */
function alternatives({ scope, method }: Row): string[][] {
  if (scope === 'signed-in') return [[]];
  return scope === 'operate' && method === 'GET' ? [['operate'], ['operate:read']] : [[scope]];
}

const operationIdOf = (method: string, path: string): string =>
  method.toLowerCase() +
  path
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');

const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

function queryParameters({ query }: Row): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(required.includes(name) && { required: true }),
    schema,
  }));
}

function answersOf({ answer }: Row): Json {
  if (!answer) return { '2XX': { description: 'Done' } };
  return { '2XX': { description: 'Done', content: { 'application/json': { schema: schemaOf(answer, 'output') } } } };
}

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any', reused: 'inline' });
  return schema;
}
