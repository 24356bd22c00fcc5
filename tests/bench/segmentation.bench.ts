import { valueAt } from '#core/record/field-path.ts';
import type { ProfileView } from '#core/segmentation/segment-set.ts';
import { runsPerSecond, thousands } from './measure.ts';
import { catalogWith, type Passed, pass, type WebEvents, webEvents } from './real-events.ts';
import { engines, rulesInThreeLanguages } from './rivals.ts';
import { segmentMix } from './segment-mix.ts';

/**
 * Segmentation on the real web events where they are, by processor time of one core:
 * what an event costs with few and many segments, and what other engines need for the same rules.
 */

const TIERS = ['gold', 'silver', 'bronze', 'none'];
const RULES = 100;
const PROFILES = 200;

async function main(): Promise<void> {
  const { kind, events } = webEvents();
  const results = new Map<number, Passed>();
  // The first round warms up.
  for (const size of [100, 10, 100, 500]) results.set(size, await pass(events, await catalogWith(segmentMix(size))));

  console.log(`\nThe way of ${thousands(events.length)} ${kind} web events, one core\n`);
  console.log('segments  events/s  µs an event: validate  stitch  evaluate');
  for (const [size, passed] of [...results].sort(([x], [y]) => x - y)) {
    const { validate, stitch, evaluate } = passed;
    const cells = [validate, stitch, evaluate].map((ms) => ((ms / passed.events) * 1_000).toFixed(1));
    console.log(
      `${String(size).padStart(8)}${thousands(rate(passed)).padStart(10)}${cells[0]!.padStart(23)}${cells[1]!.padStart(8)}${cells[2]!.padStart(10)}`,
    );
  }
  console.log(
    `\nAn event costs ${(rate(results.get(10)!) / rate(results.get(500)!)).toFixed(1)} times as much with 500 segments as with 10.`,
  );

  compare({ kind, events }, Math.max(...events.map(({ timestamp }) => Date.parse(timestamp as string))));
}

const rate = ({ events, validate, stitch, evaluate }: Passed): number =>
  (events / (validate + stitch + evaluate)) * 1_000;

function compare({ kind, events }: WebEvents, now: number): void {
  const rules = rulesInThreeLanguages(RULES, now);
  const { set, evaluators } = engines(rules, now);
  const each = Object.entries(evaluators);
  const views = someProfiles(events, set.projectEvent);
  for (const view of views) {
    const [expected, ...others] = each.map(([name, evaluate]) => ({ name, answers: evaluate(view).join() }));
    for (const { name, answers } of others) {
      if (answers !== expected!.answers) throw new Error(`${name} gives other answers`);
    }
  }
  const mean = views.reduce((sum, { xEvent }) => sum + xEvent.length, 0) / views.length;
  console.log(
    `\n${RULES} rules on ${views.length} ${kind} profiles of ${mean.toFixed(0)} events on average, with the same answers\n`,
  );
  console.log('engine                       evaluations/s');
  const rates = each.map(([name, evaluate]) => {
    const rounds = runsPerSecond(2_000, () => views.forEach(evaluate));
    return { name, evaluations: rounds * views.length * RULES };
  });
  for (const { name, evaluations } of rates) {
    const ahead = rates[0]!.evaluations / evaluations;
    const note = name === rates[0]!.name ? '' : `   Tributary gives ${ahead.toFixed(0)} times as many`;
    console.log(`${name.padEnd(28)}${thousands(evaluations).padStart(14)}${note}`);
  }
}

/** Devices with all of their events, of which `project` keeps what the rules look at, and attributes made up for them. */
function someProfiles(events: readonly Entity[], project: (entity: Entity) => Entity | undefined): ProfileView[] {
  const byDevice = Map.groupBy(events, deviceOf);
  byDevice.delete(undefined);
  return [...byDevice.values()].slice(0, PROFILES).map((own, number) => ({
    loyalty: { tier: TIERS[number % TIERS.length], points: (number * 37) % 2_000 },
    xEvent: own.flatMap((event) => {
      const entity = project(event);
      return entity ? [{ id: event._id as string, time: Date.parse(event.timestamp as string), entity }] : [];
    }),
  }));
}

type Entity = Readonly<Record<string, unknown>>;

const deviceOf = (event: Entity): unknown => valueAt(event, 'endUserIDs._experience.mcid.id');

await main();
