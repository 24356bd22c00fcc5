import type { HttpAnswer, HttpCall } from '#core/api/http.ts';
import { access } from '#core/api/profile/entities.ts';
import { readProfileAttributes, writeProfileAttributes } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { attributes, event } from '#tests/harness/core/factories.ts';
import { ANYBODY, callOf, createManagement, NOW } from '#tests/harness/management/management.ts';
import { createPeople } from '#tests/harness/management/people.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { processorTime } from './measure.ts';

/** What calls of the API cost in process, the way to the database and back apart; items are unpacked as its adapter does it. */
const PERSONS = 100;
const EVENTS = 50;
const CALLS = 500;
const SLOWEST_MS = 15;
const MAX_READS = 3;

const catalog = await exampleDefinitions();
const people = createPeople(catalog);
for (let n = 0; n < PERSONS; n++) {
  const id = `CRMID:RB-${n}`;
  const views = Array.from({ length: EVENTS }, (_, i) =>
    event(NOW - i * 3_600_000, [id], { _id: `e${n}-${i}`, eventType: 'web.webpagedetails.pageViews', web: { n: i } }),
  );
  const tier = n % 2 ? 'gold' : 'basic';
  await people.ingest([attributes(NOW - 90_000, id, { loyalty: { tier, memberId: `M${n}` } }), ...views]);
}

const { stores } = people;
const stored = new Map(
  (await Array.fromAsync(stores.profiles.scan())).map((item) => [item.canonicalKey, writeProfileAttributes(item)]),
);
let reads = 0;
const counted = {
  ...stores,
  profiles: {
    ...stores.profiles,
    lookup: async (keys: readonly string[]) => {
      reads += 1;
      return new Map(keys.flatMap((key) => (stored.has(key) ? [[key, readProfileAttributes(stored.get(key)!)]] : [])));
    },
  },
  memberships: {
    ...stores.memberships,
    get: (root: string) => {
      reads += 1;
      return stores.memberships.get(root);
    },
  },
  timeline: {
    ...stores.timeline,
    read: (identity: string) => {
      reads += 1;
      return stores.timeline.read(identity);
    },
  },
} as unknown as typeof stores;
const management = createManagement(catalog, { people: stores });

interface Measured {
  readonly p50: number;
  readonly p95: number;
  readonly reads: number;
}

async function measure(count: number, answer: (n: number) => Promise<HttpAnswer>): Promise<Measured> {
  const took: number[] = [];
  let most = 0;
  for (let n = 0; n < count; n++) {
    reads = 0;
    const before = processorTime();
    const { status, body } = await answer(n);
    JSON.stringify(body);
    took.push(processorTime() - before);
    if (status !== 200) throw new Error(JSON.stringify(body));
    most = Math.max(most, reads);
  }
  // What is compiled on the way is not what calls cost.
  const warm = took.slice(count / 10).sort((a, b) => a - b);
  const at = (share: number): number => warm[Math.floor(warm.length * share)]!;
  return { p50: at(0.5), p95: at(0.95), reads: most };
}

const entities = (query: string) => (n: number) => {
  const call: HttpCall = callOf('GET', `/data/core/ups/access/entities?${query.replace('ID', `RB-${n % PERSONS}`)}`);
  return access(call, ANYBODY, counted);
};
const host = (method: string, address: string, body?: unknown) => () =>
  management.answer(callOf(method, address, body));
const RULE = { predicateExpression: 'loyalty.tier = "gold"', predicateType: 'pql/text' };
const EVENTS_OF = 'schema.name=_xdm.context.experienceevent&relatedSchema.name=_xdm.context.profile';

const measured = {
  'a profile': await measure(CALLS, entities('schema.name=_xdm.context.profile&entityId=ID&entityIdNS=CRMID')),
  'its events': await measure(CALLS, entities(`${EVENTS_OF}&relatedEntityId=ID&relatedEntityIdNS=CRMID`)),
  'segment definitions': await measure(100, host('GET', '/data/core/ups/segment/definitions')),
  [`an estimate of ${PERSONS} people`]: await measure(50, host('POST', '/data/core/ups/preview', RULE)),
  'the overview': await measure(100, host('GET', '/tributary/overview')),
};

console.log('\nCalls of the API, ms of one core\n');
console.log(`  ${''.padEnd(28)}${'p50'.padStart(8)}${'p95'.padStart(8)}${'reads'.padStart(8)}`);
for (const [what, { p50, p95, reads: most }] of Object.entries(measured)) {
  const shown = most === 0 ? '' : String(most);
  console.log(`  ${what.padEnd(28)}${p50.toFixed(2).padStart(8)}${p95.toFixed(2).padStart(8)}${shown.padStart(8)}`);
}
for (const what of ['a profile', 'its events'] as const) {
  const { p95, reads: most } = measured[what]!;
  if (p95 > SLOWEST_MS || most > MAX_READS) {
    console.error(`\n${what}: expected ${SLOWEST_MS} ms and ${MAX_READS} reads at most`);
    process.exitCode = 1;
  }
}
