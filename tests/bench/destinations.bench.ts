import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { httpBody } from '#core/activation/destinations/http/requests.ts';
import { signedRequest } from '#core/activation/destinations/http/signed-request.ts';
import { TYPES } from '#core/activation/registry.ts';
import type { Conformance } from '#tests/contract/destinations/conformance.ts';
import { type AnyRequestType, conformanceWorld } from '#tests/contract/destinations/conformance-world.ts';
import { createLane } from '#tests/harness/platform/lane.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';
import { entered, identity, NOW, ok, profileDelivery } from '#tests/unit/activation/factories.ts';
import { processorTime, runsPerSecond, thousands } from './measure.ts';

/**
 * What deliveries cost: 10,000 people entering an audience, through each type with its vendor in memory, whose own time does
 * not count; the payloads of a webhook; and how fast a delivery lane is, in virtual time.
 */

const CHANGES = 10_000;
/** As many as a function takes at once where the destination takes more in a request. */
const TAKEN = 1_000;
/** Functions of a lane at once, where the stage does not say otherwise. */
const CONCURRENCY = 5;
const MEGABYTE = 1024 * 1024;

interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  readonly megabytes: number;
}

/** Everybody is sent, and what comes later is asked for, until all are delivered. */
async function through(type: AnyRequestType, conformance: Conformance, changes: number): Promise<Measured> {
  const world = conformanceWorld(type, conformance);
  let ofVendor = 0;
  world.line((_request, pass) => {
    const start = processorTime();
    const outcome = pass();
    ofVendor += processorTime() - start;
    return outcome;
  });
  const everybody = Array.from({ length: changes }, (_, n) => world.entry(n));
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  let peak = before;
  const start = processorTime();
  for (let from = 0; from < changes; from += TAKEN) {
    let open = everybody.slice(from, from + TAKEN);
    for (let round = 0; open.length > 0; round += 1) {
      if (round > 100) throw new Error(`${type.name} delivers nothing`);
      const results = await world.send(open, { isBack: round > 0 });
      const until = Math.max(...results.map((result) => (result.delivered ? 0 : (result.until ?? 0))));
      open = open.filter((_, i) => !results[i]!.delivered);
      if (until > world.now()) world.pass(until - world.now());
    }
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  const took = processorTime() - start - ofVendor;
  return {
    requests: world.requests.length,
    perSecond: (changes / took) * 1_000,
    megabytes: (peak - before) / MEGABYTE,
  };
}

async function types(): Promise<void> {
  console.log(`\n${thousands(CHANGES)} people entering an audience, ${thousands(TAKEN)} at a time\n`);
  console.log(
    `  ${'type'.padEnd(28)}${'requests'.padStart(10)}${'items/s a core'.padStart(16)}${'memory'.padStart(10)}`,
  );
  for (const [name, type] of TYPES) {
    const file = join(import.meta.dirname, '..', 'contract', 'destinations', `${name}.ts`);
    // Texts are requests of one person each, whatever the type.
    if (type.delivery !== 'requests' || type.texts || !existsSync(file)) continue;
    const { conformance } = (await import(file)) as { readonly conformance: Conformance };
    await through(type as AnyRequestType, conformance, TAKEN);
    const { requests, perSecond, megabytes } = await through(type as AnyRequestType, conformance, CHANGES);
    const cells = [
      thousands(requests).padStart(10),
      thousands(perSecond).padStart(16),
      `${megabytes.toFixed(0)} MB`.padStart(10),
    ];
    console.log(`  ${name.padEnd(28)}${cells.join('')}`);
  }
}

function webhooks(): void {
  const person = (n: number) =>
    profileDelivery({
      identities: [identity('CRMID', `C-${n}`), identity('Email', `person.${n}@example.com`)],
      attributes: { 'person.name.firstName': 'Ada', 'homeAddress.countryCode': 'US' },
      changes: [entered('cart-abandoners')],
    });
  const people = Array.from({ length: 100 }, (_, n) => person(n));
  const key = '0'.repeat(64);
  let at = 0;
  const one = runsPerSecond(2_000, () => {
    at = (at + 1) % people.length;
    signedRequest('https://hooks.example.com/x', httpBody([people[at]!]), key, NOW);
  });
  const ten = runsPerSecond(2_000, () => {
    at = (at + 10) % people.length;
    signedRequest('https://hooks.example.com/x', httpBody(people.slice(at, at + 10)), key, NOW);
  });
  console.log('\nSigned payloads of a webhook a second of processor time\n');
  console.log(`  one person a request    ${thousands(one)} payloads`);
  console.log(`  ten people a request    ${thousands(ten * 10)} people in ${thousands(ten)} payloads`);
}

/** @param most people of a request @param tookMs how long the destination takes for one */
async function lane(most: number, tookMs: number): Promise<void> {
  const made = createLane({
    wiring: readWiring(templatesOf('prod')),
    start: NOW,
    most,
    concurrency: CONCURRENCY,
    answer: () => ({ outcome: ok(), tookMs }),
  });
  for (let n = 0; n < CHANGES; n += 1) {
    made.send(profileDelivery({ canonicalKey: `CRMID:${n}`, identities: [identity('CRMID', String(n))] }), `g${n}`);
  }
  await made.poller.run({ until: NOW + 24 * 3_600_000, maxInvocations: 100_000 });
  const seconds = (Math.max(...made.requests.map(({ at }) => at)) + tookMs - NOW) / 1_000;
  const text = `${thousands(most)} a request, answered in ${tookMs} ms`;
  console.log(`  ${text.padEnd(40)}${thousands(CHANGES / seconds).padStart(8)} items/s`);
}

await types();
webhooks();
console.log('\nA delivery lane as it is deployed, in virtual time\n');
await lane(10, 20);
await lane(100, 100);
await lane(1_000, 500);
