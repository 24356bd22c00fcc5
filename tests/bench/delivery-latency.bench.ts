import { setTimeout as delay } from 'node:timers/promises';
import { sendToStream } from '#cli/ingest/send-stream.ts';
import { type SinkClient, startSink } from '#cli/local/sink.ts';
import { projectRoot } from '#cli/root.ts';
import { type StageStores, storesOf } from '#cli/stage/stores.ts';
import { type Resources, useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { addToCart, enveloped, logIn } from '#tests/harness/platform/example.ts';
import { note } from './notes.ts';

/**
 * How long it takes from putting an event on the stream until the webhook hears that its person entered an audience: the
 * whole way through the local deployment of the example (`npm start`), stream, tables, queues and functions.
 */

const SAMPLES = 40;
const DISTANCE_MS = 150;
const PATIENCE_MS = 60_000;

async function main(): Promise<void> {
  const resources = await runningStage();
  if (!resources) {
    note({ what: 'nothing measured', why: 'it needs a running local stage, and there is none: "npm start" starts it' });
    return;
  }
  const { client: sink } = await startSink({ root: projectRoot });
  const people = newPersons();
  await makeKnown(people, resources, storesOf(resources));

  const since = await sink.count();
  const putAt = new Map<number, number>();
  for (const n of people) {
    putAt.set(n, Date.now());
    await put([enveloped('web-events', addToCart(n, Date.now() - 1_000))], resources);
    await delay(DISTANCE_MS);
  }
  const heardAt = await listen(people, sink, since);
  const latencies = people
    .flatMap((n) => (heardAt.has(n) ? [heardAt.get(n)! - putAt.get(n)!] : []))
    .sort((x, y) => x - y);
  console.log('\nFrom the stream to the webhook, through the local deployment\n');
  console.log(`  people told    ${latencies.length} of ${people.length}`);
  for (const share of [0.5, 0.95, 1]) console.log(`  ${nameOf(share).padEnd(13)}${quantile(latencies, share)} ms`);
  if (latencies.length < people.length) process.exitCode = 1;
}

async function runningStage(): Promise<Resources | undefined> {
  try {
    return await useStage('local');
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Numbers that no run before has used. */
function newPersons(): number[] {
  const first = (Date.now() % 1_000_000_000) * 1_000;
  return Array.from({ length: SAMPLES }, (_, index) => first + index);
}

const put = (messages: readonly string[], resources: Resources): Promise<number> =>
  sendToStream(
    resources['collection-stream'],
    (async function* () {
      yield* messages;
    })(),
  );

/** The webhook is told about customers: they log in first, and are waited for. */
async function makeKnown(people: readonly number[], resources: Resources, { profiles }: StageStores): Promise<void> {
  await put(
    people.map((n) => enveloped('logins', logIn(n, Date.now() - 60_000))),
    resources,
  );
  const keys = people.map((n) => `CRMID:RB-${n}`);
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await delay(500)) {
    if ((await profiles.lookup(keys)).size === keys.length) return;
  }
  throw new Error('The logins do not arrive: look at the log of stitch-stream');
}

/** When each was heard of, in epoch ms. */
async function listen(people: readonly number[], sink: SinkClient, since: number): Promise<Map<number, number>> {
  const heardAt = new Map<number, number>();
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && heardAt.size < people.length; await delay(250)) {
    for (const { body, time } of await sink.requests({ since, path: '/webhook' })) {
      for (const n of people) {
        if (!heardAt.has(n) && body.includes(`"RB-${n}"`)) heardAt.set(n, Date.parse(time));
      }
    }
  }
  return heardAt;
}

const nameOf = (share: number): string => (share === 1 ? 'longest' : `p${share * 100}`);
const quantile = (sorted: readonly number[], share: number): number | string =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 'none';

await main();
