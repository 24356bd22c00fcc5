import * as z from 'zod';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { HttpAnswer } from '../http.ts';
import { pageByNumber } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'segmentation';

/** The only class whose objects can be searched, as in AEP. */
const SEARCHED = '_xdm.context.segmentdefinition';
/** Where AEP keeps what was defined in it: audiences of other origins are not kept here. */
const NAMESPACE = 'AEPSegments';
const MAX_QUERY_LENGTH = 200;

const query = z.string().max(MAX_QUERY_LENGTH).default('*');

export const namespaceSearch = z.object({ 'schema.name': z.literal(SEARCHED), s: query });

export const entitySearch = z.object({
  schemaClass: z.literal(SEARCHED).default(SEARCHED),
  namespace: z.string(),
  s: query,
  entityId: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(50).default(10),
  page: z.coerce.number().int().min(0).default(0),
});

export const namespacesFound = z.object({
  namespaces: z.array(z.object({ namespace: z.string(), displayName: z.string(), count: z.int() })),
  totalCount: z.string(),
  status: z.object({ message: z.string() }),
});

export const entitiesFound = z.object({
  entities: z.array(
    z.object({
      id: z.string(),
      base64EncodedSourceId: z.string(),
      isFolder: z.boolean(),
      parentFolderId: z.string(),
      name: z.string(),
      description: z.string().optional(),
    }),
  ),
  page: z.object({ totalCount: z.int(), totalPages: z.int(), pageOffset: z.int(), pageSize: z.int() }),
  status: z.object({ message: z.string() }),
});

const status = { message: 'Success' };

/** `GET /search/namespaces`: in how many audiences the words are. */
export async function searchNamespaces({
  query: { s },
  deps,
}: RouteCall<z.output<typeof namespaceSearch>>): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  const found = matching(s, catalog.segments);
  if (!found) return unreadable();
  const namespaces = [{ namespace: NAMESPACE, displayName: NAMESPACE, count: found.length }];
  return { status: 200, body: { namespaces, totalCount: String(namespaces.length), status } };
}

/** `GET /search/entities`: the audiences that have the words; there are no folders. */
export async function searchEntities({
  query: { s, namespace, limit, page },
  deps,
}: RouteCall<z.output<typeof entitySearch>>): Promise<HttpAnswer> {
  const { catalog } = await deps.definitions.active();
  const found = matching(s, namespace === NAMESPACE ? catalog.segments : []);
  if (!found) return unreadable();
  const { items } = pageByNumber(found, { start: page * limit, limit });
  const entities = items.map(({ id, name = id, description }) => ({
    id,
    base64EncodedSourceId: Buffer.from(id).toString('base64'),
    isFolder: false,
    parentFolderId: 'root',
    name,
    ...(description !== undefined && { description }),
  }));
  const totalPages = Math.ceil(found.length / limit);
  const shown = { totalCount: found.length, totalPages, pageOffset: page, pageSize: entities.length };
  return { status: 200, body: { entities, page: shown, status } };
}

const unreadable = (): HttpAnswer =>
  problem(
    FAMILY,
    400,
    'A search is words, each of which may be one of a field: name:gold description:store*; "*" finds all. Quotes, brackets, AND, OR and NOT are not read',
  );

type Field = 'id' | 'name' | 'description';
const FIELDS: readonly Field[] = ['id', 'name', 'description'];

/** Those that have every word, whatever its case; undefined where the search has more in it than words. */
function matching(search: string, segments: readonly SegmentDefinition[]): SegmentDefinition[] | undefined {
  const words = search.split(/\s/).filter((word) => word !== '');
  const tests = words.map(testOf);
  return tests.includes(undefined) ? undefined : segments.filter((segment) => tests.every((isIn) => isIn!(segment)));
}

/** Whether an audience has a word: anywhere, or in the field that it names. */
function testOf(word: string): ((segment: SegmentDefinition) => boolean) | undefined {
  if (/["()[\]{}^~]/.test(word) || ['AND', 'OR', 'NOT'].includes(word)) return undefined;
  const named = FIELDS.find((field) => word.startsWith(`${field}:`));
  const wanted = word
    .slice(named ? named.length + 1 : 0)
    .replaceAll('*', '')
    .toLowerCase();
  const fields = named ? [named] : FIELDS;
  return (segment) => fields.some((field) => (segment[field] ?? '').toLowerCase().includes(wanted));
}
