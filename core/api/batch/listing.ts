import { z } from 'zod';

/** Objects of one answer, as AEP's catalog has it: at most, and where nothing is said. */
const MAX = 100;
const USUALLY = 20;

/** Which batches are asked for, and how many of them. */
export interface BatchListing {
  readonly limit: number;
  /** So many are left out at the beginning. */
  readonly start: number;
  readonly dataSet?: string | undefined;
  readonly status?: string | undefined;
  /** Epoch ms, neither of them included. */
  readonly createdAfter?: number | undefined;
  readonly createdBefore?: number | undefined;
  readonly isOldestFirst: boolean;
  /** Members of batches that are told; all when left out. */
  readonly properties?: readonly string[] | undefined;
}

/** AEP has two names for some states (aep.md §2.2). */
const SAME_STATE: Readonly<Record<string, string>> = { active: 'success', failure: 'failed' };

const whole = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number);

const page = {
  limit: whole.refine((number) => number >= 1 && number <= MAX, `expected a number from 1 to ${MAX}`).default(USUALLY),
  start: whole.optional(),
  offset: whole.optional(),
  properties: z.string().optional(),
};

const query = z.object({
  ...page,
  dataSet: z.string().optional(),
  status: z
    .string()
    .toLowerCase()
    .transform((name) => SAME_STATE[name] ?? name)
    .optional(),
  created: whole.optional(),
  createdAfter: whole.optional(),
  createdBefore: whole.optional(),
  orderBy: z
    .string()
    .regex(/^(asc|desc):(created|updated)$/, 'expected asc:created or desc:created')
    .optional(),
});

/** The question of `GET /batches?…`, as AEP's catalog is asked. @returns what is wrong with it, as text */
export function readListing(parameters: Readonly<Record<string, string | undefined>>): BatchListing | string {
  const parsed = query.safeParse(parameters);
  if (!parsed.success) return problemIn(parsed.error);
  const { limit, start, offset, created, createdAfter, createdBefore, orderBy, properties, ...filters } = parsed.data;
  return {
    ...filters,
    limit,
    start: start ?? offset ?? 0,
    createdAfter: created === undefined ? createdAfter : created - 1,
    createdBefore: created === undefined ? createdBefore : created + 1,
    isOldestFirst: orderBy?.startsWith('asc') ?? false,
    properties: properties?.split(','),
  };
}

function problemIn({ issues: [issue] }: z.ZodError): string {
  return `${issue!.path.join('.')}: ${issue!.message}`;
}

/** The members of an object that were asked for. */
export const pickProperties = (described: object, properties: readonly string[] | undefined): object =>
  properties === undefined
    ? described
    : Object.fromEntries(Object.entries(described).filter(([name]) => properties.includes(name)));
