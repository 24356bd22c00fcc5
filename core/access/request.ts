import { z } from 'zod';
import {
  type AccessProblem,
  type AskedIdentity,
  type EntitiesRequest,
  EVENT_SCHEMA,
  PROFILE_SCHEMA,
} from './access.ts';

/** Most events of one page (aep.md §4.2). */
const MAX_EVENTS = 1_000;
/** Most identities of one request. */
const MAX_IDENTITIES = 500;

const epochMs = z.int().min(-8_640_000_000_000_000).max(8_640_000_000_000_000);
const text = z.string().min(1);

/** `+timestamp`, whose plus an address may have turned into a space, or `-timestamp`. */
const order = z
  .string()
  .regex(/^[+ -]?timestamp$/, 'expected +timestamp or -timestamp')
  .transform((value): EntitiesRequest['orderby'] => (value.startsWith('-') ? '-timestamp' : 'timestamp'));

const namespace = z.union([text, z.looseObject({ code: text }).transform(({ code }) => code)]);

const identity = z
  .looseObject({
    entityId: text.optional(),
    entityIdNS: namespace.optional(),
    relatedEntityId: text.optional(),
    relatedEntityIdNS: namespace.optional(),
    start: z.string().optional(),
  })
  .transform((asked, context): AskedIdentity => {
    const entityId = asked.relatedEntityId ?? asked.entityId;
    const code = asked.relatedEntityIdNS ?? asked.entityIdNS;
    if (entityId === undefined) {
      context.addIssue({ code: 'custom', message: 'expected entityId (relatedEntityId for events)' });
      return z.NEVER;
    }
    return { entityId, ...(code !== undefined && { namespace: code }), ...(asked.start && { start: asked.start }) };
  });

const schemaName = z.looseObject({ name: z.enum([PROFILE_SCHEMA, EVENT_SCHEMA]) });

const requestBody = z
  .looseObject({
    schema: schemaName,
    relatedSchema: z.looseObject({ name: z.literal(PROFILE_SCHEMA) }).optional(),
    identities: z.array(identity).min(1).max(MAX_IDENTITIES),
    fields: z.array(text).min(1).optional(),
    mergePolicyId: text.optional(),
    timeFilter: z.looseObject({ startTime: epochMs.optional(), endTime: epochMs.optional() }).optional(),
    limit: z.int().min(1).default(MAX_EVENTS),
    orderby: order.optional(),
    property: z.array(text).default([]),
  })
  .superRefine(({ schema, relatedSchema, identities }, context) => {
    if (schema.name === EVENT_SCHEMA && !relatedSchema) {
      context.addIssue({
        code: 'custom',
        path: ['relatedSchema'],
        message: `expected { "name": "${PROFILE_SCHEMA}" }`,
      });
    }
    const keys = identities.map(({ entityId, namespace: code = '' }) => `${code}:${entityId}`);
    if (new Set(keys).size < keys.length) {
      context.addIssue({ code: 'custom', path: ['identities'], message: 'the same identity is asked for twice' });
    }
  });

/**
 * The request of a POST: many identities (aep.md §4.2).
 * @returns 400 for what is no JSON, 422 for what is no request
 */
export function readBody(body: Uint8Array): EntitiesRequest | AccessProblem {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { status: 400, title: 'Malformed body', detail: 'The body is not JSON' };
  }
  const parsed = requestBody.safeParse(json);
  if (!parsed.success) return unprocessable(parsed.error);
  const { schema, identities, fields, mergePolicyId, timeFilter, limit, orderby, property } = parsed.data;
  return {
    schema: schema.name,
    identities,
    ...(fields && { fields }),
    ...(mergePolicyId !== undefined && { mergePolicyId }),
    ...(timeFilter?.startTime !== undefined && { startTime: timeFilter.startTime }),
    ...(timeFilter?.endTime !== undefined && { endTime: timeFilter.endTime }),
    limit: Math.min(limit, MAX_EVENTS),
    orderby: orderby ?? 'timestamp',
    properties: property,
  };
}

/** The request of a GET: one identity, in the address (aep.md §4.2). */
export function readQuery(query: URLSearchParams): EntitiesRequest | AccessProblem {
  const one = (name: string): string | undefined => query.get(name) ?? undefined;
  const isEvents = one('schema.name') === EVENT_SCHEMA;
  const asked = isEvents ? ['relatedEntityId', 'relatedEntityIdNS'] : ['entityId', 'entityIdNS'];
  const parsed = queryShape.safeParse({
    'schema.name': one('schema.name'),
    'relatedSchema.name': isEvents ? (one('relatedSchema.name') ?? '') : PROFILE_SCHEMA,
    entityId: one(asked[0]!),
    entityIdNS: one(asked[1]!),
    // A client that is much used names the token so.
    start: one('start') ?? (one('offsets') || undefined),
    fields: one('fields'),
    mergePolicyId: one('mergePolicyId'),
    startTime: one('startTime'),
    endTime: one('endTime'),
    limit: one('limit'),
    orderby: one('orderby') ?? one('orderBy'),
  });
  if (!parsed.success) return unprocessable(parsed.error, isEvents);
  const { entityId, entityIdNS, start, fields, mergePolicyId, startTime, endTime, limit, orderby } = parsed.data;
  return {
    schema: parsed.data['schema.name'],
    identities: [{ entityId, ...(entityIdNS !== undefined && { namespace: entityIdNS }), ...(start && { start }) }],
    ...(fields && fields.length > 0 && { fields }),
    ...(mergePolicyId !== undefined && { mergePolicyId }),
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
    limit: Math.min(limit ?? MAX_EVENTS, MAX_EVENTS),
    orderby: orderby ?? 'timestamp',
    properties: query.getAll('property'),
  };
}

const asNumber = z
  .string()
  .regex(/^-?\d{1,16}$/, 'expected a whole number')
  .transform(Number);

const queryShape = z.object({
  'schema.name': z.enum([PROFILE_SCHEMA, EVENT_SCHEMA]),
  'relatedSchema.name': z.literal(PROFILE_SCHEMA),
  entityId: text,
  entityIdNS: text.optional(),
  start: z.string().optional(),
  fields: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((path) => path.trim())
        .filter((path) => path !== ''),
    )
    .optional(),
  mergePolicyId: text.optional(),
  startTime: asNumber.pipe(epochMs).optional(),
  endTime: asNumber.pipe(epochMs).optional(),
  limit: asNumber.pipe(z.int().min(1)).optional(),
  orderby: order.optional(),
});

/** Names what is wrong, never the values: they are about people. */
function unprocessable(error: z.ZodError, isEvents = false): AccessProblem {
  const nameOf = (name: string): string =>
    isEvents && name.startsWith('entityId') ? `relatedE${name.slice(1)}` : name;
  const problems = error.issues.map(({ path, message }) => `${path.map(String).map(nameOf).join('.')}: ${message}`);
  return { status: 422, title: 'The request cannot be answered', detail: problems.slice(0, 5).join('; ') };
}
