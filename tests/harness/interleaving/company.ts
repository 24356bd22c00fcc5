import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import type { Wiring } from '#tests/harness/poller/event-source.ts';

/**
 * A small company in which everything can happen that moves memberships: segments that are entered and left by events, by
 * time alone, by who turns out to be whom, and once a day; and every kind of destination.
 */

const EVENTS = 'https://company.example/schemas/events';
const CUSTOMERS = 'https://company.example/schemas/customers';
const REGIONS = 'https://company.example/schemas/regions';

const text = { type: 'string' };
const xdm = ($id: string, cls: string, properties: object): object => ({
  $id,
  title: $id,
  'meta:class': `https://ns.adobe.com/xdm/context/${cls}`,
  type: 'object',
  properties: { identityMap: { type: 'object' }, ...properties },
});

const SCHEMAS = {
  events: xdm(EVENTS, 'experienceevent', { _id: text, timestamp: { ...text, format: 'date-time' }, eventType: text }),
  customers: xdm(CUSTOMERS, 'profile', {
    tier: text,
    level: text,
    privacyOptOuts: { type: 'object', properties: { general_opt_out: text } },
    consents: {
      type: 'object',
      properties: {
        marketing: { type: 'object', properties: { email: { type: 'object', properties: { val: text } } } },
      },
    },
  }),
  regions: xdm(REGIONS, 'profile', {
    userActivityRegions: {
      type: 'object',
      additionalProperties: { type: 'object', properties: { captureTimestamp: { ...text, format: 'date-time' } } },
    },
  }),
};

const seen = (what: string, when = ''): string => `exists E from xEvent where E.eventType = "${what}"${when}`;
const lately = (seconds: number): string => ` and E.timestamp occurs <= ${seconds} seconds before now`;

const SEGMENTS: Readonly<Record<string, string>> = {
  /** Everybody is in it who is known for anything else. */
  stranger: `not (${seen('buy')})`,
  keen: seen('vip'),
  /** Left by time alone … */
  recent: seen('view', lately(20)),
  /** … and entered by it. */
  quiet: `(${seen('vip')}) and not (${seen('view', lately(40))})`,
  connected: 'identityMap.CRMID.count() > 0 and identityMap.ECID.count() >= 2',
  /** Evaluated once a day. */
  various: 'xEvent.groupBy(eventType).count() >= 3',
  /** Of every identity by itself. */
  apart: seen('view'),
};

const PRIORITY = ['CRMID', 'Email_LC_SHA256', 'ECID'];

const all = (...ids: string[]): { segments: string[] } => ({ segments: ids });

const DESTINATIONS: Readonly<Record<string, object>> = {
  webhook: {
    type: 'http',
    url: 'https://webhook.example.com/',
    ...all('stranger', 'keen', 'recent', 'quiet', 'apart'),
    attributes: ['tier'],
  },
  crm: {
    type: 'http',
    url: 'https://crm.example.com/',
    ...all('keen', 'recent', 'connected', 'various'),
    identities: ['CRMID'],
    mandatoryAttributes: ['level'],
  },
  rows: {
    type: 's3-file',
    identity: 'ECID',
    ...all('stranger', 'keen', 'recent', 'apart'),
    attributes: ['segmentMembership.status'],
  },
  everybody: {
    type: 's3-file',
    identity: 'CRMID',
    export: 'full',
    ...all('keen', 'quiet', 'connected', 'various'),
    attributes: ['tier'],
  },
  devices: {
    type: 'aam',
    ...all('stranger', 'keen', 'recent', 'apart'),
    firstUseHours: 0,
    dataProviderIds: { Email_LC_SHA256: 999 },
  },
};

/** What pages are told: of an attribute, of audiences of all kinds, and of one that only an activity asks for. */
const AT_THE_EDGE: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  datastreams: { site: { orgId: 'ORG@AdobeOrg', eventDataset: 'events', allowedOrigins: ['https://site.example'] } },
  destinations: {
    page: {
      type: 'custom-personalization',
      ...all('stranger', 'keen', 'recent', 'connected', 'various'),
      attributes: { tier: 'tier' },
    },
  },
  activities: { hello: { name: 'Hello', audience: 'quiet', scopes: ['hero'], experiences: [{ id: 'one' }] } },
};

/** What a catalog may say otherwise. */
export interface Variant {
  /** Whether people are stitched. */
  readonly stitched: boolean;
  /** Destinations that are switched off. */
  readonly off: readonly string[];
  /** Segments that are activated nowhere. */
  readonly unused: readonly string[];
  /** Whether destinations are told the newest address of a person only. */
  readonly newestEmail: boolean;
}

export const AS_USUAL: Variant = { stitched: true, off: [], unused: [], newestEmail: false };

const compiled = new Map<string, CompiledCatalog>();

/** The catalog of the company; made once for each variant. */
export function companyCatalog(variant: Variant = AS_USUAL): CompiledCatalog {
  const key = JSON.stringify(variant);
  const made = compiled.get(key) ?? compileCompany(variant);
  compiled.set(key, made);
  return made;
}

function compileCompany({ stitched, off, unused, newestEmail }: Variant): CompiledCatalog {
  const files = new Map<string, string>();
  const put = (folder: string, id: string, definition: object): void =>
    void files.set(`${folder}/${id}.yaml`, JSON.stringify(definition));
  put('namespaces', 'customer', { code: 'CRMID', idType: 'CROSS_DEVICE' });
  put('identity-settings', 'settings', {
    namespacePriority: PRIORITY,
    uniqueNamespaces: ['CRMID'],
    ...(newestEmail && { namespaces: { Email_LC_SHA256: { activate: 'newest' } } }),
  });
  put('merge-policies', 'usual', { id: 'usual', default: true, identityGraph: { type: stitched ? 'pdg' : 'none' } });
  put('merge-policies', 'apart', { id: 'apart', identityGraph: { type: 'none' } });
  put('consent-policies', 'mail', { id: 'mail', channel: 'email', destinations: ['crm'] });
  for (const [id, schema] of Object.entries(SCHEMAS)) {
    put('schemas', id, schema);
    put('datasets', id, {
      id,
      schemaRef: { id: (schema as { $id: string }).$id },
      ...(id === 'events' && { eventExpirationDays: 1 }),
    });
  }
  for (const [id, value] of Object.entries(SEGMENTS)) {
    const expression = { type: 'PQL', format: 'pql/text', value };
    put('segments', id, { id, name: id, expression, ...(id === 'apart' && { mergePolicyId: 'apart' }) });
  }
  for (const [id, destination] of Object.entries(DESTINATIONS)) {
    const segments = (destination as { segments: string[] }).segments.filter((segment) => !unused.includes(segment));
    put('destinations', id, { id, ...destination, segments, enabled: !off.includes(id) });
  }
  for (const [folder, definitions] of Object.entries(AT_THE_EDGE)) {
    for (const [id, definition] of Object.entries(definitions)) put(folder, id, { id, ...definition });
  }
  const { catalog, problems } = loadCatalog(files, {});
  if (!catalog) throw new Error(`The company's catalog is wrong: ${JSON.stringify(problems)}`);
  return compileCatalog(catalog);
}

/** Which queues of a stage as it is shipped the company's lanes are copies of. */
const COPY_OF: Readonly<Record<string, string>> = {
  webhook: 'webhook',
  crm: 'webhook',
  rows: 'crm-export',
  everybody: 'crm-export',
  'devices.edge': 'audience-manager.edge',
  'devices.hub': 'audience-manager.hub',
};

/** Calls of one function that work off one queue side by side. */
const READERS = 2;

/** The wiring of a stage, with a lane for each of the company's destinations. */
export function companyWiring({ sources, queues }: Wiring): Wiring {
  const shipped = new Set(Object.values(COPY_OF));
  const copies = Object.entries(COPY_OF);
  const nameOfDeadLetters = (lane: string): string => `${lane}.dead-letters`;
  const isOfLane = (name: string): boolean =>
    [...shipped].some((lane) => [lane, nameOfDeadLetters(lane)].includes(name));
  return {
    sources: [
      ...sources.filter((source) => source.kind !== 'sqs' || !shipped.has(source.queue)),
      ...copies.flatMap(([lane, model]) =>
        sources.flatMap((source) => {
          if (source.kind !== 'sqs' || source.queue !== model) return [];
          const reader = { ...source, queue: lane, function: `${source.function.split('/')[0]}/${lane}` };
          return Array.from({ length: READERS }, () => reader);
        }),
      ),
    ],
    queues: [
      ...queues.filter(({ name }) => !isOfLane(name)),
      ...copies.flatMap(([lane, model]) =>
        queues.flatMap((queue) => {
          if (queue.name === nameOfDeadLetters(model)) return [{ ...queue, name: nameOfDeadLetters(lane) }];
          if (queue.name !== model) return [];
          const redrive = queue.redrive && { ...queue.redrive, deadLetters: nameOfDeadLetters(lane) };
          return [{ ...queue, name: lane, redrive }];
        }),
      ),
    ],
  };
}

export const LANES = Object.keys(COPY_OF);
