import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Example, generateExample } from '#cli/example/generate.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { uploadExample } from '#tests/harness/platform/endpoints.ts';
import { exampleCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const DAY = 86_400_000;

/** What an endpoint may do with a request, however well it is meant. */
const MOODS = [
  'takes',
  'takes',
  'fails',
  'throttles',
  'silent',
  'late',
  'twice',
  'half',
  'garbled',
  'rejects',
] as const;
type Mood = (typeof MOODS)[number];

interface Person {
  readonly identityMap: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly segmentMembership: { readonly ups: Readonly<Record<string, { readonly status: string }>> };
}

/** The endpoint of the webhook: what it has taken, and how it answers. */
class Endpoint {
  readonly #members = new Set<string>();
  readonly #mood: () => Mood;

  constructor(mood: () => Mood) {
    this.#mood = mood;
  }

  get members(): readonly string[] {
    return [...this.#members].sort();
  }

  answer({ body }: HttpRequest): HttpOutcome {
    const { profiles } = JSON.parse(body) as { profiles: Person[] };
    switch (this.#mood()) {
      case 'takes':
        return this.#take(profiles);
      case 'twice':
        this.#take(profiles);
        return this.#take(profiles);
      // It has understood, and nobody hears of it.
      case 'late':
        this.#take(profiles);
        return { kind: 'timeout' };
      case 'silent':
        return { kind: 'timeout' };
      case 'fails':
        return { kind: 'response', status: 503, body: '' };
      case 'throttles':
        return { kind: 'response', status: 429, body: '', retryAfterMs: 1_000 };
      case 'rejects':
        return { kind: 'response', status: 401, body: '' };
      case 'garbled':
        this.#take(profiles);
        return { kind: 'response', status: 207, body: '{"results":' };
      case 'half': {
        const taken = Math.ceil(profiles.length / 2);
        this.#take(profiles.slice(0, taken));
        const results = profiles.map((_, index) => ({ status: index < taken ? 200 : 503 }));
        return { kind: 'response', status: 207, body: JSON.stringify({ results }) };
      }
    }
  }

  #take(profiles: readonly Person[]): HttpOutcome {
    for (const { identityMap, segmentMembership } of profiles) {
      for (const [namespace, ids] of Object.entries(identityMap)) {
        for (const { id } of ids) {
          for (const [segment, { status }] of Object.entries(segmentMembership.ups)) {
            const entry = `${namespace}:${id} ${segment}`;
            if (status === 'realized') this.#members.add(entry);
            else this.#members.delete(entry);
          }
        }
      }
    }
    return { kind: 'response', status: 200, body: '{}' };
  }
}

describe('a destination that cannot be relied on', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  let example: Example;
  let healthy: { platform: Platform; endpoint: Endpoint };

  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
    example = generateExample({ seed: 7, now: START, persons: 20 });
    healthy = await play(() => 'takes');
    expect(healthy.endpoint.members.length).toBeGreaterThan(5);
  });

  /** A day of the example: everything that streams, what time changes, and the evaluation of all. */
  async function play(mood: () => Mood): Promise<{ platform: Platform; endpoint: Endpoint }> {
    const endpoint = new Endpoint(mood);
    const isWebhook = ({ headers }: HttpRequest): boolean => headers['content-type'] === 'application/json';
    const platform = createPlatform({
      wiring,
      catalog,
      start: START,
      answer: (request) =>
        isWebhook(request) ? endpoint.answer(request) : { kind: 'response', status: 200, body: '{}' },
    });
    await uploadExample(platform, example);
    await platform.poller.run();
    platform.poller.clock.advanceTo(START + DAY);
    await platform.schedules.reevaluateDue();
    await platform.poller.run();
    await platform.schedules.evaluateBatch();
    await platform.poller.run();
    return { platform, endpoint };
  }

  /** What `destination replay-dead-letters` does. @returns how many there were */
  async function replayDeadLetters({ poller }: Platform): Promise<number> {
    const { redrive } = wiring.queues.find(({ name }) => name === 'webhook')!;
    const letters = [...poller.queue(redrive!.deadLetters).messages];
    for (const { messageId, body, groupId } of letters) {
      poller.queue('webhook').send(body, { groupId: groupId!, deduplicationId: `${messageId} again` });
      poller.queue(redrive!.deadLetters).delete(messageId);
    }
    await poller.run();
    return letters.length;
  }

  it('knows in the end exactly what it would know if it had never failed, and delays nobody else', async () => {
    let deadLetters = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.constantFrom(...MOODS)),
        fc.integer({ min: 1, max: 60 }),
        async (moods, bad) => {
          let left = bad;
          const { platform, endpoint } = await play(() => (left-- > 0 ? (moods.next().value as Mood) : 'takes'));
          for (let round = 0, replayed = 1; replayed > 0; round++) {
            if (round > bad) throw new Error('dead letters never end');
            replayed = await replayDeadLetters(platform);
            deadLetters += replayed;
          }
          expect(platform.leftovers()).toEqual({});
          expect(endpoint.members).toEqual(healthy.endpoint.members);

          const [lastRouted, expected] = [await deliveredTo(platform), await deliveredTo(healthy.platform)];
          expect(lastRouted['crm-export']).toEqual(expected['crm-export']);
          expect(lastRouted['audience-manager']).toEqual(expected['audience-manager']);
          const edgeCalls = ({ requests }: Platform): number[] =>
            requests.filter(({ request }) => request.url.endsWith('/event')).map(({ at }) => at);
          expect(edgeCalls(platform)).toEqual(edgeCalls(healthy.platform));
        },
      ),
      runs(0.06, 12),
    );
    expect(deadLetters).toBeGreaterThan(0);
  });
});
