import { HOUR_MS } from '#core/util/durations.ts';
import type { Random } from './random.ts';
import type { DatasetId, Records, Row } from './records.ts';

/** What goes wrong on the way, on purpose: so that one sees what the platform rejects, and why. */
export interface InjectedBadData {
  readonly records: Records;
  /** Lines that are not even records, for the end of the files. */
  readonly damagedLines: Readonly<Record<DatasetId, readonly string[]>>;
  /** How many records of each dataset must be rejected, damaged lines included. */
  readonly rejected: Readonly<Record<DatasetId, number>>;
  /** How many are there a second time. */
  readonly duplicates: Readonly<Record<DatasetId, number>>;
}

/**
 * Records of nobody else's identities, each with one mistake, and copies of some good records, mixed in.
 * @param now epoch ms
 */
export function withInjectedBadData(random: Random, records: Records, now: number): InjectedBadData {
  const at = new Date(now - HOUR_MS).toISOString();
  const device = (): object => ({ ECID: [{ id: random.digits(38), primary: true }] });
  const bad: { readonly [K in DatasetId]: readonly Records[K][number][] } = {
    'web-events': [
      { _id: 'bad-no-timestamp', eventType: 'web.webpagedetails.pageViews', identityMap: device() },
      { _id: 'bad-count', timestamp: at, identityMap: device(), commerce: { productViews: { value: 'one' } } },
      { _id: 'bad-namespace', timestamp: at, identityMap: { FAXNUMBER: [{ id: '555-0100', primary: true }] } },
      { _id: 'bad-membership', timestamp: at, identityMap: device(), segmentMembership: { ups: {} } },
    ],
    logins: [
      {
        _id: 'bad-state',
        timestamp: at,
        eventType: 'userAccount.login',
        identityMap: { CRMID: [{ id: 'RB-9001', authenticatedState: 'perhaps' }] },
      },
    ],
    customers: [
      customer({ crmId: 'RB-9002', tier: 'platinum', updatedAt: at }),
      customer({ crmId: 'RB-9003', tier: 'gold', updatedAt: 'last tuesday' }),
      customer({ crmId: '', tier: 'gold', updatedAt: at }),
    ],
    'store-orders': [
      {
        orderId: 'bad-total',
        crmId: 'RB-9004',
        timestamp: at,
        storeId: 'ST-01',
        currency: 'USD',
        total: 'twelve',
        items: '1',
      },
      {
        orderId: 'bad-refund',
        crmId: 'RB-9005',
        timestamp: at,
        storeId: 'ST-01',
        currency: 'USD',
        total: '-19.90',
        items: '1',
      },
      {
        orderId: 'bad-nobody',
        crmId: '',
        timestamp: at,
        storeId: 'ST-02',
        currency: 'USD',
        total: '10.00',
        items: '1',
      },
    ],
    regions: [{ identityMap: device(), userActivityRegions: { VA6: { captureTimestamp: 'yesterday' } } }],
  };
  const some = <K extends DatasetId>(id: K): readonly Records[K][number][] =>
    bad[id].slice(0, Math.floor(records[id].length * SHARE_OF_BAD));
  const damagedLines: Record<DatasetId, string[]> = {
    'web-events': records['web-events'].length > 100 ? ['{"_id":"cut-off","timestamp":"'] : [],
    logins: [],
    customers: records.customers.length > 100 ? ['RB-9006,only,three'] : [],
    'store-orders': [],
    regions: [],
  };
  const copies: Record<DatasetId, number> = { 'web-events': 6, logins: 2, customers: 0, 'store-orders': 3, regions: 0 };
  const mixed = <K extends DatasetId>(id: K): Records[K][number][] =>
    scatter(random, repeatSome(random, records[id], copies[id]), some(id));
  return {
    records: {
      'web-events': mixed('web-events'),
      logins: mixed('logins'),
      customers: mixed('customers') as Row[],
      'store-orders': mixed('store-orders') as Row[],
      regions: mixed('regions'),
    },
    damagedLines,
    rejected: countEach((id) => some(id).length + damagedLines[id].length),
    duplicates: countEach((id) => Math.min(copies[id], records[id].length)),
  };
}

/** At most: a small example has fewer of them. */
const SHARE_OF_BAD = 0.02;

export const DATASET_IDS: readonly DatasetId[] = ['web-events', 'logins', 'customers', 'store-orders', 'regions'];

const countEach = (count: (id: DatasetId) => number): Record<DatasetId, number> =>
  Object.fromEntries(DATASET_IDS.map((id) => [id, count(id)])) as Record<DatasetId, number>;

function customer(row: Row): Row {
  const usual = {
    email: '',
    phone: '',
    firstName: 'No',
    lastName: 'Body',
    country: 'US',
    emailConsent: 'n',
    smsConsent: 'n',
    optOut: 'in',
  };
  const { crmId = '', tier = '', updatedAt = '' } = row;
  const { email, phone, firstName, lastName, country, emailConsent, smsConsent, optOut } = usual;
  return { crmId, email, phone, firstName, lastName, tier, country, emailConsent, smsConsent, optOut, updatedAt };
}

/** Copies of different records, each somewhere after its original, as producers that retry make them. */
function repeatSome<T>(random: Random, records: readonly T[], count: number): T[] {
  const result = [...records];
  const chosen = new Set<T>();
  while (chosen.size < Math.min(count, records.length)) chosen.add(random.pick(records));
  for (const record of chosen) result.splice(random.integer(result.indexOf(record) + 1, result.length), 0, record);
  return result;
}

function scatter<T>(random: Random, records: readonly T[], extra: readonly T[]): T[] {
  const result = [...records];
  for (const record of extra) result.splice(random.integer(0, result.length), 0, record);
  return result;
}
