import { DEFAULT_EXAMPLE, type Example, generateExample } from '#cli/example/generate.ts';
import { uploadExample } from '#tests/harness/platform/endpoints.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import type { Platform } from '#tests/harness/platform/platform.ts';

const HOUR = 3_600_000;
/** So long before the end the files come, and what happened later comes as it happens. */
export const EXAMPLE_SINCE = 24 * HOUR;

/** The data of the shipped example as a stage meets it in a day: files first, then events by the hour. */
export async function playExample(platform: Platform, end: number, persons: number): Promise<Example> {
  const example = generateExample({ ...DEFAULT_EXAMPLE, persons, now: end });
  const start = end - EXAMPLE_SINCE;
  const isLater = (record: object): boolean => timeOf(record) > start;
  const events = example['web-events'] as readonly object[];
  const files = { ...example, 'web-events': events.filter((event) => !isLater(event)) } as Example;
  await uploadExample(platform, files);
  await platform.poller.run({ until: start + HOUR });
  const later = events.filter(isLater).toSorted((a, b) => timeOf(a) - timeOf(b));
  for (let hour = start; hour < end; hour += HOUR) {
    // As it is scheduled, once a day.
    if (hour === end - 2 * HOUR) await platform.schedules.evaluateBatch();
    for (const event of later) {
      const at = timeOf(event);
      if (at > hour && at <= hour + HOUR) platform.collect(enveloped('web-events', event));
    }
    await platform.poller.run({ until: hour + HOUR });
    await platform.schedules.countHistory();
  }
  platform.poller.clock.advanceTo(end);
  return example;
}

const timeOf = (record: object): number => Date.parse((record as { timestamp?: string }).timestamp ?? '') || 0;
