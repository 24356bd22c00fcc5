import * as z from 'zod';
import { type FoundEvent, findEvents } from '#core/access/events.ts';
import { parseToken } from '#core/access/page-token.ts';
import type { PropertyFilter } from '#core/access/property-filter.ts';
import type { HttpAnswer } from '../http.ts';
import { whole } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import { isoOf } from './attributes.ts';
import type { PeopleCall } from './deps.ts';
import { FAMILY, type Opened, openProfile } from './opened.ts';

const MAX_EVENTS = 100;
/** Of JSON in one page. */
const MAX_CHARACTERS = 1_000_000;

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

export const timelineQuery = z.object({
  type: z.string().min(1).max(256).optional(),
  dataset: z.string().min(1).max(128).optional(),
  from: instant.optional(),
  to: instant.optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
  limit: whole.pipe(z.int().min(1).max(MAX_EVENTS)).default(50),
  start: z.string().min(1).max(100).optional(),
});

/** `GET /{reference}/events`: the events of a person, by type, dataset and time. */
export async function showTimeline(call: PeopleCall<z.output<typeof timelineQuery>>): Promise<HttpAnswer> {
  const { deps, query } = call;
  const after = query.start === undefined ? undefined : parseToken(query.start);
  if (query.start !== undefined && !after) return problem(FAMILY, 400, 'start: expected the "next" of the page before');
  const opened = await openProfile(call, 'events');
  if ('status' in opened) return opened;
  if (query.type !== undefined && !maySeeTypes(opened)) {
    return problem(FAMILY, 422, 'Events cannot be filtered by their type: it has a label that the scopes do not name');
  }
  const page = await findEvents(
    opened,
    {
      filters: query.type === undefined ? [] : [typeFilter(query.type)],
      ...(query.dataset !== undefined && { datasets: [query.dataset] }),
      ...(query.from !== undefined && { startTime: query.from }),
      ...(query.to !== undefined && { endTime: query.to }),
      ...(after && { after }),
      limit: query.limit,
      orderby: query.order === 'newest' ? '-timestamp' : 'timestamp',
      maxCharacters: MAX_CHARACTERS,
    },
    { ...deps, settings: opened.settings.access, now: deps.now() },
  );
  return {
    status: 200,
    body: {
      events: page.events.map((found) => shownEvent(found, opened)),
      ...(page.next !== '' && { next: page.next }),
      asOf: isoOf(deps.now()),
    },
  };
}

const typeFilter = (text: string): PropertyFilter => ({ path: ['eventType'], operator: '=', text });

/** The type says what kind of event it is: whoever sees no values sees it all the same, unless it has a label. */
const maySeeTypes = ({ visibility }: Opened): boolean =>
  visibility.values === 'masked'
    ? visibility.labelsOf(['eventType']).length === 0
    : visibility.shown(['eventType'], '') !== undefined;

/** As AEP names types of events: words joined by dots. What is named otherwise may be a value. */
const NAME = /^[a-z]\w{0,40}(?:\.[a-z]\w{0,40}){1,4}$/i;

function shownEvent({ entry, event, entity }: FoundEvent, opened: Opened): object {
  const { visibility, settings } = opened;
  const { eventType } = event;
  const isNamed = typeof eventType === 'string' && maySeeTypes(opened);
  const isShown = isNamed && (visibility.values !== 'masked' || NAME.test(eventType));
  const shown = visibility.shown([], entity);
  const expiresAt = settings.access.expiryOf(entry.datasetId, entry.time);
  return {
    id: entry.id,
    time: isoOf(entry.time),
    receivedAt: isoOf(entry.receivedAt),
    dataset: entry.datasetId,
    identity: opened.identity(entry.identity),
    ...(isShown && { type: eventType }),
    ...(expiresAt !== undefined && { expiresAt: isoOf(expiresAt) }),
    ...(shown ? { event: withoutIdentities(shown.value, visibility.values) } : { isMasked: true }),
  };
}

/** Where fields are hidden, identities are as well: they may come from what is hidden. */
function withoutIdentities(event: unknown, values: Opened['visibility']['values']): unknown {
  if (values === 'all') return event;
  const { identityMap: _, ...rest } = event as Readonly<Record<string, unknown>>;
  return rest;
}
