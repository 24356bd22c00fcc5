import { type Audience, stateOf } from './model.ts';

/** What the address says of the list. */
export interface Filters {
  readonly name?: string;
  readonly state?: string;
  readonly method?: string;
  readonly destination?: string;
}

const KEYS = ['name', 'state', 'method', 'destination'] as const;

/** The filters of an address; whatever else stands there is not looked at. */
export function readFilters(search: Readonly<Record<string, unknown>>): Filters {
  const texts = KEYS.map((key) => [key, search[key]] as const);
  return Object.fromEntries(texts.filter(([, value]) => typeof value === 'string' && value !== ''));
}

/** Archived ones are there only for who asks for them. */
export function filtered(all: readonly Audience[], { name, state, method, destination }: Filters): readonly Audience[] {
  const wanted = name?.toLowerCase();
  return all.filter((one) => {
    if (state === undefined ? one.state === 'archived' : stateOf(one) !== state) return false;
    if (method !== undefined && one.plan?.method !== method) return false;
    if (destination !== undefined && !one.destinations.some(({ id }) => id === destination)) return false;
    return wanted === undefined || `${one.name} ${one.id}`.toLowerCase().includes(wanted);
  });
}
