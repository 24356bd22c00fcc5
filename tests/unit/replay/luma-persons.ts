import { LUMA_FILES, lumaText } from '#tests/harness/luma/data.ts';

/** The people of the real data, put together straight from the files: nothing of the platform is used. */

type Json = Readonly<Record<string, unknown>>;

export interface LumaEvent {
  readonly time: number;
  readonly entity: Json;
}

export interface LumaPerson {
  readonly key: string;
  readonly customer: Readonly<Record<string, string>> | undefined;
  readonly devices: readonly string[];
  /** In order of time. */
  readonly events: readonly LumaEvent[];
}

const lines = (file: string): string[] => lumaText(file).trim().split('\n');
const json = (file: string): Json[] => lines(file).map((line) => JSON.parse(line) as Json);

function csv(file: string): Record<string, string>[] {
  const [head, ...rows] = lines(file).map((line) => line.trim().split(','));
  return rows.map((row) => Object.fromEntries(head!.map((name, index) => [name, row[index] ?? ''])));
}

/** The value at a dotted path; undefined where there is none. */
export const at = (entity: Json, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Json | undefined)?.[name], entity);

const eventOf = (entity: Json): LumaEvent => ({ time: Date.parse(String(entity.timestamp)), entity });
const deviceOf = (entity: Json): string | undefined =>
  at(entity, 'endUserIDs._experience.mcid.id') as string | undefined;
const idIn = (entity: Json, namespace: string): string =>
  (at(entity, `identityMap.${namespace}`) as { id: string }[])[0]!.id;

/** Everybody: customers with the devices on which they logged in last, and devices on which nobody did. */
export function lumaPersons(): LumaPerson[] {
  const owner = new Map<string, string>();
  const events = new Map<string, LumaEvent[]>();
  const give = (key: string, event: LumaEvent): void => void events.set(key, [...(events.get(key) ?? []), event]);
  const logins = json(LUMA_FILES.logins).map(eventOf);
  for (const { entity } of logins.sort((x, y) => x.time - y.time))
    owner.set(idIn(entity, 'ECID'), idIn(entity, 'CRMID'));
  const devices = new Set(owner.keys());
  const web = Map.groupBy(json(LUMA_FILES['web-events']), deviceOf);
  web.delete(undefined);
  for (const [device, entities] of web) {
    devices.add(device!);
    const holder = owner.get(device!);
    events.set(device!, entities.map(eventOf));
    if (holder !== undefined) for (const entity of entities) give(holder, eventOf(entity));
  }
  // A login is an event of the customer, whoever has the device now.
  for (const login of logins) give(idIn(login.entity, 'CRMID'), login);
  for (const row of csv(LUMA_FILES['store-orders'])) {
    const entity = {
      eventType: 'store.order',
      timestamp: row.timestamp,
      commerce: { order: { priceTotal: Number(row.total) } },
      _luma: { storeId: row.storeId, itemCount: Number(row.items) },
    };
    give(row.crmId!, eventOf(entity));
  }
  for (const region of json(LUMA_FILES.regions)) devices.add(idIn(region, 'ECID'));
  const customers = csv(LUMA_FILES.customers).map((customer): LumaPerson => {
    const id = customer.crmId!;
    const own = [...devices].filter((device) => owner.get(device) === id);
    return { key: `CRMID:${id}`, customer, devices: own, events: inOrder(events.get(id)) };
  });
  return [
    ...customers,
    ...anonymous(
      [...devices].filter((device) => !owner.has(device)),
      events,
    ),
  ];
}

/** Every device by itself, with its web events alone. */
export function lumaDevices(): LumaPerson[] {
  const web = Map.groupBy(json(LUMA_FILES['web-events']), deviceOf);
  const events = new Map([...web].flatMap(([device, of]) => (device ? [[device, of.map(eventOf)] as const] : [])));
  return anonymous([...events.keys()], events);
}

const anonymous = (devices: readonly string[], events: ReadonlyMap<string, LumaEvent[]>): LumaPerson[] =>
  devices.map((device) => ({
    key: `ECID:${device}`,
    customer: undefined,
    devices: [device],
    events: inOrder(events.get(device)),
  }));

const inOrder = (events: readonly LumaEvent[] = []): LumaEvent[] => [...events].sort((x, y) => x.time - y.time);
