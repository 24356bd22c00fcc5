import * as z from 'zod';
import { type ApiRoute, route } from '../management/route.ts';
import { listSchemas, showSchema } from './schemas.ts';

const family = 'data';

const schema = z.object({ id: z.string(), title: z.string(), class: z.string(), datasets: z.array(z.string()) });
const field = z.object({
  path: z.string(),
  name: z.string(),
  level: z.int(),
  type: z.string(),
  isList: z.boolean(),
  isRequired: z.boolean(),
  title: z.string().optional(),
  description: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  labels: z.array(z.string()),
  identity: z.object({ namespace: z.string(), isPrimary: z.boolean() }).optional(),
});

export const DATA_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/schemas',
    scope: 'signed-in',
    summary: "List the company's own schemas, and which datasets are of each",
    answer: z.object({ schemas: z.array(schema) }),
    handle: listSchemas,
  }),
  route({
    family,
    method: 'GET',
    path: '/schemas/{id+}',
    scope: 'signed-in',
    summary: 'Show a schema as a list of its fields, with their labels and what they identify',
    answer: schema.extend({ fields: z.array(field) }),
    handle: showSchema,
  }),
];
