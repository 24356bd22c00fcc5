import type { AskedIdentity, EntitiesRequest } from './access.ts';
import { EVENT_SCHEMA, PROFILE_SCHEMA } from './access.ts';
import type { EventPage } from './events.ts';
import type { IdentityAnswer, NamedAnswer } from './get-entities.ts';

/** A page of events with where the next one is: an address, or an address and what to send there; empty at the end. */
export interface LinkedPage extends EventPage {
  readonly _links: { readonly next: { readonly href: string; readonly payload?: object } };
}

/**
 * The answers by name, with a link from each page of events to the next (aep.md §4.2).
 * @param kind `address`: the whole request in the address, for GET; `payload`: as a body, for POST
 */
export function entitiesOf(
  answers: readonly NamedAnswer[],
  request: EntitiesRequest,
  kind: 'address' | 'payload',
): Record<string, IdentityAnswer | LinkedPage> {
  return Object.fromEntries(
    answers.map(({ name, asked, answer }) => {
      if (!('_page' in answer)) return [name, answer];
      const { next: start } = answer._page;
      return [name, { ...answer, _links: { next: start === '' ? { href: '' } : LINK[kind](asked, start, request) } }];
    }),
  );
}

const LINK = {
  address: ({ entityId, namespace }: AskedIdentity, start: string, request: EntitiesRequest) => {
    const parameters: (readonly [string, string | number | undefined])[] = [
      ['start', start],
      ['offsets', start],
      ['orderby', request.orderby],
      ['schema.name', EVENT_SCHEMA],
      ['relatedSchema.name', PROFILE_SCHEMA],
      ['relatedEntityId', entityId],
      ['relatedEntityIdNS', namespace],
      ['fields', request.fields?.join(',')],
      ['mergePolicyId', request.mergePolicyId],
      ['startTime', request.startTime],
      ['endTime', request.endTime],
      ['limit', request.limit],
      ...request.properties.map((text) => ['property', text] as const),
    ];
    const given = new URLSearchParams();
    for (const [name, value] of parameters) if (value !== undefined) given.append(name, String(value));
    return { href: `/entities?${given}` };
  },
  payload: ({ entityId, namespace }: AskedIdentity, start: string, request: EntitiesRequest) => {
    const { fields, mergePolicyId, startTime, endTime, limit, orderby, properties } = request;
    const timeFilter = { ...(startTime !== undefined && { startTime }), ...(endTime !== undefined && { endTime }) };
    return {
      href: '/entities',
      payload: {
        schema: { name: EVENT_SCHEMA },
        relatedSchema: { name: PROFILE_SCHEMA },
        identities: [
          { relatedEntityId: entityId, ...(namespace && { relatedEntityIdNS: { code: namespace } }), start },
        ],
        ...(fields && { fields }),
        ...(mergePolicyId !== undefined && { mergePolicyId }),
        ...(Object.keys(timeFilter).length > 0 && { timeFilter }),
        ...(properties.length > 0 && { property: properties }),
        limit,
        orderby,
      },
    };
  },
};
