import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import { airship } from '#core/activation/destinations/airship/definition.ts';
import type { AirshipCall } from '#core/activation/destinations/airship/requests.ts';
import type { AirshipDestination } from '#core/activation/destinations/airship/settings.ts';
import { apiDescription } from '#tests/harness/outside/api-description.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { ADA, BJORN, EXAMPLE_SEGMENT, enters, leaves } from './example-people.ts';
import { entered, identity, profileDelivery } from './factories.ts';
import { previewOf } from './preview-of.ts';

const WRITTEN = {
  id: 'd',
  type: 'airship',
  segments: [EXAMPLE_SEGMENT, 'vip'],
  identities: { namedUser: ['CRMID'] },
};
const CHANNELS = { channels: { ios: 'IDFA', android: 'GAID', other: 'CRMID' } };
const destinationOf = (change: object = {}): AirshipDestination =>
  destinationDefinition.parse({ ...WRITTEN, ...change }) as AirshipDestination;

const ENTRY = '{"audience":{"named_user_id":"C00042"},"add":{"tributary-segments":["cart-abandoners"]}}';
const EXIT = '{"audience":{"named_user_id":"C00077"},"remove":{"tributary-segments":["cart-abandoners"]}}';
const UUID = '5f3b2c1d-9a8e-4c7d-b6a5-0e1f2d3c4b5a';

const requestsOf = (lines: readonly object[], change: object = {}) =>
  previewOf({ ...WRITTEN, ...change }, lines).requests;
const bodies = (lines: readonly object[], change: object = {}) => requestsOf(lines, change).map(({ body }) => body);
const inUse = { fields: { first_name: 'person.name.firstName' } };

const TAGS: AirshipCall = { step: 'tags', kind: 'named_user_id', add: ['a'], remove: [] };
const answered = (body: object, call = TAGS, status = 200) =>
  airship.answer({ kind: 'response', status, body: JSON.stringify(body) }, ['1', '2'], call, destinationOf());

describe('Airship', () => {
  it('is sent the worked examples byte for byte, by those who send one at a time', () => {
    const one = { maxUsersPerRequest: 1 };
    expect(requestsOf([enters(ADA)], one)).toEqual([
      expect.objectContaining({ method: 'POST', url: 'https://go.urbanairship.com/api/named_users/tags', body: ENTRY }),
    ]);
    expect(bodies([leaves(BJORN)], one)).toEqual([EXIT]);
  });

  it('is sent those with equal changes together, as lists', () => {
    const entry = { add: { 'tributary-segments': [EXAMPLE_SEGMENT] } };
    expect(bodies([enters(ADA), enters(BJORN)]).map((body) => JSON.parse(body))).toEqual([
      { audience: { named_user_id: ['C00042', 'C00077'] }, ...entry },
    ]);
    expect(bodies([enters(ADA), leaves(ADA, 'vip')], { tagGroup: 'g' }).map((body) => JSON.parse(body))).toEqual([
      { audience: { named_user_id: ['C00042'] }, add: { g: [EXAMPLE_SEGMENT] }, remove: { g: ['vip'] } },
    ]);
  });

  it('is sent channels by their kind, and nothing that is no channel', () => {
    const identityMap = { IDFA: [{ id: UUID.toUpperCase() }], GAID: [{ id: UUID }], CRMID: [{ id: 'C00042' }] };
    const requests = requestsOf([enters({ ...ADA, identityMap })], { identities: CHANNELS });
    expect(requests.map(({ url, body }) => [new URL(url).pathname, JSON.parse(body).audience])).toEqual([
      ['/api/channels/tags', { ios_channel: [UUID] }],
      ['/api/channels/tags', { android_channel: [UUID] }],
    ]);
    const nobody = previewOf({ ...WRITTEN, identities: CHANNELS }, [
      enters({ identityMap: { CRMID: [{ id: 'C1' }] } }),
    ]);
    expect(nobody).toMatchObject({ requests: [], excluded: { notAChannelId: 1 } });
  });

  it('is sent tags and attributes of a member at once, and no attributes of those who leave', () => {
    const requests = requestsOf([enters(ADA), leaves(BJORN)], inUse);
    expect(requests.map(({ url, body }) => [new URL(url).pathname, JSON.parse(body)])).toEqual([
      [
        '/api/named_users/C00042',
        {
          tags: { add: { 'tributary-segments': [EXAMPLE_SEGMENT] } },
          attributes: [{ action: 'set', key: 'first_name', value: 'Ada', timestamp: '2026-03-01T10:00:00' }],
        },
      ],
      [
        '/api/named_users/tags',
        { audience: { named_user_id: ['C00077'] }, remove: { 'tributary-segments': [EXAMPLE_SEGMENT] } },
      ],
    ]);
  });

  it('goes to the path of a named user alone, whatever the id is made of', () => {
    const call: AirshipCall = { step: 'user', add: ['a'], remove: [], attributes: [] };
    expect(airship.request(call, ['../tags?x=#'], destinationOf()).url).toBe(
      'https://go.urbanairship.com/api/named_users/..%2Ftags%3Fx%3D%23',
    );
    expect(airship.limits(destinationOf(), call).rows).toBe(1);
    expect(airship.limits(destinationOf(), TAGS).rows).toBe(1_000);
  });

  it('says a hundred tags in one request and the next in another, and drops ids that are too long', () => {
    const changes = Array.from({ length: 101 }, (_, n) => entered(`a${n}`));
    const rows = airship.rows(
      profileDelivery({ identities: [identity('named_user_id', 'C')], changes }),
      destinationOf(),
    );
    expect((rows as unknown as { call: { add: string[] } }[]).map(({ call }) => call.add.length)).toEqual([100, 1]);
    const long = profileDelivery({ identities: [identity('named_user_id', 'C'.repeat(129))] });
    expect(airship.rows(long, destinationOf())).toMatchObject({ errorClass: 'drop', reason: 'id-too-long' });
  });

  it('authenticates as is written, at the host that goes with it', () => {
    const by = (authentication: object, more: object = {}) => {
      const destination = destinationOf({ authentication, ...more });
      return [airship.authentication(destination), airship.request(TAGS, ['C'], destination)] as const;
    };
    expect(by({ type: 'basic' }, { site: 'eu' })[1].url).toMatch(/^https:\/\/go\.airship\.eu\/api\//);
    expect(by({ type: 'bearer', appKey: 'key' })[1].headers['x-ua-appkey']).toBe('key');
    const [authentication, { url }] = by({ type: 'oauth2', appKey: 'key' }, { site: 'eu' });
    expect(authentication).toEqual({
      type: 'oauth2ClientCredentials',
      clientAuthentication: 'header',
      tokenUrl: 'https://oauth2.asnapieu.com/token',
      scope: 'nu',
      parameters: { sub: 'app:key' },
    });
    expect(url).toMatch(/^https:\/\/api\.asnapieu\.com\/api\//);
  });

  it('stops where its tag group was not updated, and counts other warnings', () => {
    const stop = {
      kind: 'all',
      result: expect.objectContaining({ errorClass: 'stop', reason: 'tag-group-not-updated' }),
    };
    expect(answered({ ok: true, tag_warnings: 'tributary-segments' })).toEqual(stop);
    expect(answered({ ok: true, warnings: ['The following tag groups do not exist: tributary-segments'] })).toEqual(
      stop,
    );
    expect(answered({ ok: true, attribute_warnings: 'first_name' })).toEqual({
      kind: 'all',
      result: { delivered: true },
      reported: [{ reason: 'warnings', count: 1 }],
    });
    expect(answered({ ok: false })).toMatchObject({ result: { errorClass: 'retry' } });
  });

  it('drops channels that are gone one by one, and stops where anything else is not there', () => {
    const channels: AirshipCall = { ...TAGS, kind: 'ios_channel' };
    expect(answered({ ok: false }, channels, 404)).toMatchObject({ result: { errorClass: 'drop' } });
    expect(answered({ ok: false }, TAGS, 404)).toMatchObject({ result: { errorClass: 'stop' } });
    expect(answered({ ok: false, error: 'no' }, TAGS, 400)).toMatchObject({
      result: { errorClass: 'drop', detail: 'no' },
    });
    expect(answered({ ok: false }, TAGS, 403)).toMatchObject({ result: { errorClass: 'stop' } });
  });

  it('rejects fields of channels, groups of Airship, and both or none of named users and channels', () => {
    expect(airship.check(destinationOf({ identities: CHANNELS, ...inUse }))).toHaveLength(1);
    expect(airship.check(destinationOf(inUse))).toEqual([]);
    const isTaken = (change: object) => destinationDefinition.safeParse({ ...WRITTEN, ...change }).success;
    expect(isTaken({ tagGroup: 'ua_locale' })).toBe(false);
    expect(isTaken({ identities: { ...WRITTEN.identities, ...CHANNELS } })).toBe(false);
    expect(isTaken({ identities: {} })).toBe(false);
    expect(isTaken({ identities: { channels: {} } })).toBe(false);
  });
});

const described = apiDescription('airship/airship-api-v3.json');

describeOutside(described, "Airship's own description", () => {
  const problems = ({ method, url, body }: { method: string; url: string; body: string }) =>
    described.operation(method, new URL(url).pathname).problemsOf(JSON.parse(body));

  it('takes the requests about tags, and has their hosts', () => {
    const users = requestsOf([enters(ADA), leaves(BJORN)]);
    const channels = requestsOf([enters({ identityMap: { IDFA: [{ id: UUID }] } })], { identities: CHANNELS });
    expect([...users, ...channels].flatMap(problems)).toEqual([]);
    for (const site of ['us', 'eu']) {
      for (const authentication of [{ type: 'basic' }, { type: 'oauth2', appKey: 'k' }]) {
        const { url } = airship.request(TAGS, ['C'], destinationOf({ site, authentication }));
        expect(described.servers()).toContain(new URL(url).origin);
      }
    }
  });

  it('would not take an id in the place of the list', () => {
    expect(requestsOf([enters(ADA)], { maxUsersPerRequest: 1 }).flatMap(problems)).not.toEqual([]);
  });

  it('has attributes in its example as they are sent', () => {
    const { method, url, body } = requestsOf([enters(ADA)], inUse)[0]!;
    const operation = described.operation(method, new URL(url).pathname);
    const example = operation.requestExample() as { attributes: object[]; tags: object };
    const sent = JSON.parse(body) as { attributes: object[]; tags: object };
    expect(Object.keys(sent.attributes[0]!)).toEqual([...Object.keys(example.attributes[0]!), 'timestamp']);
    expect(operation.problemsOf({ tags: sent.tags })).toEqual([]);
  });
});
