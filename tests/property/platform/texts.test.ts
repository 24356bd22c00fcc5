import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { vendor as twilioVendor } from '#cli/local/vendors/twilio.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { typeOf } from '#core/activation/registry.ts';
import { routeAnew } from '#core/activation/reroute.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { rebuildFromLake } from '#core/pipeline/rebuild.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform, type PlatformOptions } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const SECRET = { apiKeySid: 'SK1', apiKeySecret: 'secret' };
const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const consents = {
  type: 'object',
  properties: {
    marketing: {
      type: 'object',
      properties: { sms: { type: 'object', properties: { val: text, time, reason: text } } },
    },
  },
};
const identity = (property: string, namespace: string, isPrimary = false): object => ({
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceProperty': property,
  'xdm:namespace': namespace,
  'xdm:isPrimary': isPrimary,
});
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';

/** People with a number, a flag, a count and a consent, who are sent texts by way of the lane that production has. */
function catalogOf(destination: object | undefined, more: Readonly<Record<string, string>> = {}): CompiledCatalog {
  const files = new Map<string, string>();
  const put = (folder: string, id: string, definition: object): void =>
    void files.set(`${folder}/${id}.yaml`, JSON.stringify(definition));
  put('namespaces', 'customer', { code: 'CRMID', idType: 'CROSS_DEVICE' });
  put('identity-settings', 'settings', { namespacePriority: ['CRMID', 'Phone_E.164'], uniqueNamespaces: ['CRMID'] });
  put('merge-policies', 'default', { id: 'default', default: true });
  put('schemas', 'people', {
    $id: 'https://texts.example/people',
    'meta:class': PROFILE,
    type: 'object',
    properties: {
      _people: { type: 'object', properties: { id: text } },
      mobilePhone: { type: 'object', properties: { number: text } },
      vip: { type: 'boolean' },
      visits: { type: 'integer' },
      consents,
      extSourceSystemAudit: { type: 'object', properties: { lastUpdatedDate: time } },
    },
    descriptors: [identity('/_people/id', 'CRMID', true), identity('/mobilePhone/number', 'Phone_E.164')],
  });
  put('schemas', 'opt-outs', {
    $id: 'https://texts.example/opt-outs',
    'meta:class': PROFILE,
    type: 'object',
    properties: {
      consents,
      identityMap: {
        type: 'object',
        additionalProperties: {
          type: 'array',
          items: { type: 'object', properties: { id: text, primary: { type: 'boolean' } } },
        },
      },
    },
  });
  const enabled = { tags: { unifiedProfile: ['enabled:true'], unifiedIdentity: ['enabled:true'] } };
  put('datasets', 'people', { id: 'people', schemaRef: { id: 'https://texts.example/people' }, ...enabled });
  put('datasets', 'opt-outs', { id: 'opt-outs', schemaRef: { id: 'https://texts.example/opt-outs' }, ...enabled });
  for (const [id, value] of [['vip', 'vip = true'], ['often', 'visits > 3'], ...Object.entries(more)] as const) {
    put('segments', id, { id, name: id, expression: { type: 'PQL', format: 'pql/text', value } });
  }
  if (destination) put('destinations', 'webhook', destination);
  const { catalog, problems } = loadCatalog(files, {});
  if (!catalog) throw new Error(JSON.stringify(problems));
  return compileCatalog(catalog);
}

const TEXTS = {
  id: 'webhook',
  type: 'twilio',
  segments: ['vip', 'often'],
  accountSid: `AC${'1'.repeat(32)}`,
  sender: { from: '+15005550006' },
  template: { vip: 'vip', often: 'often' },
  perDay: 20,
  requestsPerSecond: 100,
  optOuts: { dataset: 'opt-outs' },
};

interface Said {
  readonly vip?: boolean;
  readonly visits?: number;
  readonly consent?: 'y' | 'n';
  readonly number?: number;
}
const numberOf = (n: number): string => `+4930231250${n}`;

/** Somebody of whom nothing is known but a number and a consent, and who, with another number, has both. */
const numbers = (all: readonly number[], minute = 0): string =>
  enveloped('opt-outs', {
    identityMap: { 'Phone_E.164': all.map((n, i) => ({ id: numberOf(n), primary: i === 0 })) },
    consents: { marketing: { sms: { val: 'y', time: new Date(START + minute * MINUTE).toISOString() } } },
  });

/** A port whose function ends at some of its calls, before they are carried out or after. */
const ending = <T extends object>(port: T, ends: () => 'before' | 'after' | undefined): T =>
  new Proxy(port, {
    get(target, name) {
      const method = Reflect.get(target, name, target) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        const end = ends();
        if (end === 'before') throw new Error('the function is ended');
        const result = await method.apply(target, args);
        if (end === 'after') throw new Error('the function is ended');
        return result;
      };
    },
  });

describe('texts to people, from records to the vendor', () => {
  let wiring: Wiring;
  beforeAll(() => {
    wiring = readWiring(templatesOf('prod'));
  });

  function world(
    settings: object = {},
    line: () => 'pass' | 'late' | 'lost' | 'throttled' | HttpOutcome = () => 'pass',
    ends: () => 'before' | 'after' | undefined = () => undefined,
    { segments, call }: { segments?: Readonly<Record<string, string>>; call?: PlatformOptions['call'] } = {},
  ) {
    const counted: Record<string, number> = {};
    const destination = { ...TEXTS, ...settings };
    const catalog = catalogOf(destination, segments);
    const own = catalog.destinations.get('webhook')!;
    let platform: Platform | undefined;
    const vendor = twilioVendor({
      now: () => platform!.poller.clock.now(),
      destination: typeOf(own as never).definition.parse(own) as never,
      secret: SECRET,
      takesToken: () => false,
      invalid: new Set(),
      segmentOf: (name) => name,
      lasting: (ms) => ms,
    });
    platform = createPlatform({
      wiring,
      catalog,
      start: START,
      secret: JSON.stringify(SECRET),
      ...(call && { call }),
      intercept: (port, name) => (name === 'sentTexts' ? ending(port, ends) : port),
      metrics: {
        count: (name, value, { reason = '' } = {}) => {
          if (name === 'DeliveriesExcluded' && reason !== '') counted[reason] = (counted[reason] ?? 0) + value;
          if (name === 'DeliveriesUnknown') counted.unknown = (counted.unknown ?? 0) + value;
        },
      },
      answer: (request) => {
        if (request.method === 'GET') return vendor.answer(request);
        const what = line();
        if (what === 'pass') return vendor.answer(request);
        if (what === 'throttled') return { kind: 'response', status: 429, body: '' };
        if (what === 'late') vendor.answer(request);
        return typeof what === 'string' ? { kind: 'timeout' } : what;
      },
    });
    const running = platform;
    const { poller, stores } = running;
    const run = (minutes = 1): Promise<void> => poller.run({ until: poller.clock.now() + minutes * MINUTE });
    return {
      platform: running,
      counted,
      run,
      /** Number and segment of each text, in order. */
      texts: () => vendor.texts!().map(({ to, body }) => `${to} ${body}`),
      async say(n: number, { number = n, vip, visits, consent }: Said, minutes = 1): Promise<void> {
        running.collect(
          enveloped('people', {
            _people: { id: `C${n}` },
            mobilePhone: { number: numberOf(number) },
            ...(vip !== undefined && { vip }),
            ...(visits !== undefined && { visits }),
            ...(consent !== undefined && { consents: { marketing: { sms: { val: consent } } } }),
            extSourceSystemAudit: { lastUpdatedDate: new Date(poller.clock.now()).toISOString() },
          }),
        );
        await run(minutes);
      },
      /** Why people are excluded at present. */
      async excluded(): Promise<string[]> {
        const reasons = new Set<string>();
        for await (const { destinations } of stores.deliveryStates.scan()) {
          for (const reason of Object.keys(destinations.webhook?.excluded ?? {})) reasons.add(reason);
        }
        return [...reasons];
      },
      /** What is done over again without anything new having come in. */
      async rebuild(): Promise<void> {
        const { profiles, timeline, lookups, lake } = stores;
        const settings = stageSettings(running.catalog).fold;
        const stitch = { profiles, timeline, lookups, settings, backoff: async () => {} };
        await rebuildFromLake({}, { catalog: running.catalog, lake, stitch, progress: () => {} });
        await run(10);
      },
      async evaluateAll(): Promise<void> {
        await running.schedules.evaluateBatch();
        await run(10);
      },
      async resend(): Promise<void> {
        const settings = stageSettings(running.catalog).route;
        const outbox = {
          send: async (all: readonly { laneId: string; group: string; delivery: object }[]) => {
            for (const { laneId, group: groupId, delivery } of all) {
              const body = JSON.stringify(delivery);
              poller.queue(laneId).send(body, { groupId, deduplicationId: body });
            }
          },
        };
        for await (const { canonicalKey, destinations } of stores.deliveryStates.scan()) {
          const identities = Object.keys(destinations.webhook?.lastRouted ?? {});
          if (identities.length === 0) continue;
          const order = { canonicalKey, destinationId: 'webhook', identities };
          await routeAnew(order, { ...stores, settings, outbox, now: poller.clock.now, backoff: async () => {} });
        }
        await run(10);
      },
    };
  }

  it('go to who enters by new data and consents, once for each entry', async () => {
    const { say, texts, counted, excluded } = world();
    await say(1, { vip: true, consent: 'y' });
    await say(2, { vip: true });
    await say(3, { vip: false, consent: 'y' });
    expect(texts()).toEqual([`${numberOf(1)} vip`]);
    await say(1, { vip: false, consent: 'y' });
    await say(1, { vip: true, visits: 9, consent: 'y' });
    expect(texts().slice(1).sort()).toEqual([`${numberOf(1)} often`, `${numberOf(1)} vip`]);
    expect(await excluded()).toEqual(['consent:marketing.sms']);
    expect(counted).toEqual({});
  });

  it('go to nobody because of anything that is done over again, or of a destination that is new', async () => {
    const { platform, say, texts, counted, rebuild, evaluateAll, resend, run } = world();
    platform.apply(catalogOf(undefined));
    await say(1, { vip: true, consent: 'y' });
    platform.apply(catalogOf(TEXTS));
    await evaluateAll();
    expect(counted).toMatchObject({ notAnEntry: 1 });
    await say(2, { vip: true, consent: 'y' });
    expect(texts()).toEqual([`${numberOf(2)} vip`]);
    for (const again of [rebuild, evaluateAll, resend]) await again();
    // Somebody who is taken in by who was a member already enters nothing.
    platform.collect(numbers([1, 5]));
    platform.collect(numbers([6, 2]));
    await run(10);
    for (const again of [rebuild, evaluateAll, resend]) await again();
    expect(texts()).toHaveLength(1);
    expect(counted.notAnEntry).toBeGreaterThanOrEqual(3);
  });

  it('go to nobody because of records that are rebuilt into empty tables, however young they are', async () => {
    const [first, second] = [world(), world()];
    await first.say(1, { vip: true, consent: 'y' });
    for await (const key of first.platform.stores.lake.list('')) {
      await second.platform.stores.lake.put(key, (await first.platform.stores.lake.get(key))!);
    }
    await second.rebuild();
    expect(second.counted).toMatchObject({ notAnEntry: 1 });
    expect(second.texts()).toEqual([]);
  });

  it('go to nobody whose old records a new rule finds, though something new of them comes in just then', async () => {
    const { platform, say, texts } = world({ segments: ['vip'], template: { vip: 'vip' } });
    await say(1, { visits: 9, consent: 'y' });
    platform.apply(catalogOf(TEXTS));
    await say(1, { visits: 10, consent: 'y' });
    expect(texts()).toEqual([]);
  });

  it('go to one person once, though two profiles with a number become one', async () => {
    const { say, texts } = world();
    await say(1, { vip: true, consent: 'y', number: 1 });
    await say(2, { vip: true, consent: 'y', number: 2 });
    await say(2, { vip: true, consent: 'y', number: 1 });
    expect(texts()).toEqual([`${numberOf(1)} vip`, `${numberOf(2)} vip`]);
  });

  /** Whose memberships time changes five minutes after each record. */
  const TIMED = { fresh: 'extSourceSystemAudit.lastUpdatedDate occurs <= 5 minutes before now' };
  const ACTIVE = { ...TIMED, active: `vip = true and ${TIMED.fresh}` };

  it('go to who is found by the timed re-evaluation before the function that new data calls', async () => {
    const clock: { run?: () => Promise<unknown> } = {};
    const { platform, say, texts, counted } = world({}, undefined, undefined, {
      segments: TIMED,
      call: async (label, run) => {
        if (label === 'evaluate') await clock.run?.();
        return run();
      },
    });
    await say(1, { vip: false, consent: 'y' }, 6);
    clock.run = platform.schedules.reevaluateDue;
    await say(1, { vip: true, consent: 'y' });
    expect([texts(), counted]).toEqual([[`${numberOf(1)} vip`], {}]);
  });

  it('go to who enters by data at an instant up to which time had still to be looked at', async () => {
    const active = { segments: ['active'], template: { active: 'active' } };
    const { say, texts, counted } = world(active, undefined, undefined, { segments: ACTIVE });
    await say(1, { vip: false, consent: 'y' }, 6);
    await say(1, { vip: true, consent: 'y' });
    expect([texts(), counted]).toEqual([[`${numberOf(1)} active`], {}]);
  });

  it.each([
    ['a member', 1],
    ['somebody', 5],
  ])('go to who has entered though %s takes them in before the text is sent', async (_who, primary) => {
    const slow = { requestsPerSecond: 0.1, maxAgeMinutes: 600 };
    const { platform, say, texts, run } = world({ quietHours: { from: '10:00', to: '12:00' }, ...slow });
    // Who was written more often takes in the other.
    for (let minute = 0; minute < 5; minute += 1) {
      if (primary === 5) platform.collect(numbers([5], minute));
      await run();
    }
    platform.collect(numbers([5], 5));
    await say(1, { vip: true, consent: 'y' });
    for (const n of [2, 3, 4]) await say(n, { vip: true, consent: 'y' });
    platform.collect(numbers(primary === 1 ? [1, 5] : [5, 1], 6));
    await run(300);
    const others = [2, 3, 4].map((n) => `${numberOf(n)} vip`);
    expect(texts().filter((each) => !others.includes(each))).toEqual([expect.stringMatching(/ vip$/)]);
  });

  it('go to whoever entered, once, whatever joined, was due or waited meanwhile, and to nobody else', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('enter' as const), n: fc.nat(2), minutes: fc.constantFrom(0, 1, 6) }),
      fc.record({ kind: fc.constant('appear' as const), n: fc.nat(5), minutes: fc.constantFrom(0, 1, 6) }),
      fc.record({ kind: fc.constant('join' as const), n: fc.nat(5), minutes: fc.constantFrom(0, 1, 6) }),
      fc.record({ kind: fc.constant('redo' as const), n: fc.nat(1), minutes: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 10 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        fc.boolean(),
        async (steps, clockFirst, isQuiet) => {
          const clock: { run?: () => Promise<unknown> } = {};
          const due = [...clockFirst];
          const settings = {
            segments: ['vip'],
            template: { vip: 'vip' },
            ...(isQuiet && { quietHours: { from: '10:00', to: '12:00' } }),
          };
          const to = world(settings, undefined, undefined, {
            segments: TIMED,
            call: async (label, run) => {
              if (label === 'evaluate' && due.shift()) await clock.run?.();
              return run();
            },
          });
          clock.run = to.platform.schedules.reevaluateDue;
          const entered = new Set<number>();
          let minute = 0;
          for (const { kind, n, minutes } of steps) {
            // Number 3 + k belongs to person k % 3.
            if (kind === 'enter') {
              entered.add(n);
              await to.say(n, { vip: true, consent: 'y' }, minutes);
              continue;
            }
            if (kind === 'redo') await (n === 0 ? to.evaluateAll() : to.rebuild());
            else {
              const who = kind === 'appear' ? [3 + n] : n > 2 ? [3 + n, n % 3] : [n, 3 + n];
              minute += 1;
              to.platform.collect(numbers(who, minute));
            }
            await to.run(minutes);
          }
          await to.run(160);
          const persons = to.texts().map((each) => Number(each.split(' ')[0]!.at(-1)) % 3);
          expect(persons.sort()).toEqual([...entered].sort());
          expect(to.platform.leftovers()).toEqual({});
        },
      ),
      runs(0.2, 12),
    );
  });

  it('wait in quiet hours, and are not sent to who leaves or withdraws consent meanwhile', async () => {
    const { say, texts, run, counted } = world({ quietHours: { from: '10:00', to: '12:00' } });
    for (const n of [1, 2, 3]) await say(n, { vip: true, consent: 'y' });
    await say(2, { vip: false, consent: 'y' });
    await say(3, { vip: true, consent: 'n' });
    await run(100);
    expect(texts()).toEqual([]);
    await run(60);
    expect(texts()).toEqual([`${numberOf(1)} vip`]);
    expect(counted).toMatchObject({ superseded: 2 });
  });

  it('end for who has answered STOP: the vendor says so, and it becomes a consent of the person', async () => {
    const stopped: HttpOutcome = { kind: 'response', status: 400, body: JSON.stringify({ code: 21610 }) };
    const lines: ('pass' | HttpOutcome)[] = [stopped];
    const { say, texts, excluded, platform, run } = world({}, () => lines.shift() ?? 'pass');
    await say(1, { vip: true, consent: 'y' }, 5);
    expect(await platform.quarantined()).toEqual([]);
    await say(1, { vip: true, visits: 9, consent: 'y' }, 5);
    await run(10);
    expect(texts()).toEqual([]);
    expect(await excluded()).toEqual(['consent:marketing.sms']);
  });

  it('are never sent twice, nor against a consent, nor lost without a word, whatever happens', async () => {
    const lines = ['pass', 'pass', 'late', 'lost', 'throttled'] as const;
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          n: fc.nat(2),
          number: fc.nat(2),
          vip: fc.boolean(),
          visits: fc.constantFrom(0, 9),
          consent: fc.constantFrom('y' as const, 'y' as const, 'n' as const),
        }),
      },
      { weight: 2, arbitrary: fc.constantFrom('rebuild' as const, 'evaluateAll' as const, 'resend' as const) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.array(fc.constantFrom(...lines), { maxLength: 8 }),
        fc.array(fc.option(fc.constantFrom('before' as const, 'after' as const), { freq: 4, nil: undefined }), {
          maxLength: 12,
        }),
        async (steps, planned, plannedEnds) => {
          const [coming, ends] = [[...planned], [...plannedEnds]];
          const to = world(
            {},
            () => coming.shift() ?? 'pass',
            () => ends.shift(),
          );
          const consentOf = new Map<number, string>();
          const numbersOf = new Map<number, Set<string>>();
          for (const each of steps) {
            const before = to.texts().length;
            if (typeof each === 'string') {
              await to[each]();
              expect(to.texts()).toHaveLength(before);
              continue;
            }
            consentOf.set(each.n, each.consent);
            numbersOf.set(each.n, (numbersOf.get(each.n) ?? new Set()).add(numberOf(each.number)));
            await to.say(each.n, each, 20);
            const sent = to.texts().slice(before);
            expect(new Set(sent).size).toBe(sent.length);
            for (const one of sent) {
              const number = one.split(' ')[0]!;
              const owners = [...numbersOf].filter(([, numbers]) => numbers.has(number)).map(([n]) => n);
              expect(owners.some((n) => consentOf.get(n) === 'y')).toBe(true);
            }
          }
          await to.run(120);
          // What functions came to no end with, three times, is in the dead letters.
          expect(Object.keys(to.platform.leftovers()).filter((queue) => queue !== 'webhook.dead-letters')).toEqual([]);
          if (plannedEnds.every((end) => end === undefined)) expect(to.platform.leftovers()).toEqual({});
        },
      ),
      runs(0.2, 12),
    );
  });
});
