// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what looks like a variable is content, and none
import { describe, expect, it } from 'vitest';
import { decide } from '#core/personalisation/decide.ts';
import { readToken } from '#core/personalisation/items.ts';
import { surfaceOfPage } from '#core/personalisation/surfaces.ts';
import { activitiesOf, NOW, shownTo, visitorIn } from '#tests/harness/core/activities.ts';

const PAGE = { scopes: ['__view__'] };
const at = (...surfaces: string[]) => ({ surfaces });

describe('at a place', () => {
  it('P1: the activity of the higher priority is shown, and no other', () => {
    const activities = activitiesOf(
      { id: 'low', priority: 5 },
      { id: 'high', priority: 10 },
      { id: 'lower', priority: 0 },
    );
    expect(shownTo(visitorIn(), activities)).toEqual(['hero high:a']);
  });

  it('P3: of one priority, one for an audience goes before one for everybody, then the id decides', () => {
    const activities = activitiesOf({ id: 'a' }, { id: 'c', audience: 'vip' }, { id: 'b', audience: 'vip' });
    expect(shownTo(visitorIn(['vip']), activities)).toEqual(['hero b:a']);
    expect(shownTo(visitorIn(), activities)).toEqual(['hero a:a']);
  });

  it('P9: who is outside the traffic of one sees the next one', () => {
    const activities = activitiesOf({ id: 'some', priority: 9, traffic: 40 }, { id: 'all' });
    const shown = Array.from({ length: 1_000 }, (_, n) => shownTo(visitorIn([], `ECID:${n}`), activities)[0]);
    expect(new Set(shown)).toEqual(new Set(['hero some:a', 'hero all:a']));
    expect(shown.filter((one) => one === 'hero some:a').length).toBeGreaterThan(340);
    expect(shown.filter((one) => one === 'hero some:a').length).toBeLessThan(460);
  });

  it('who is in the control group sees the default content, and nothing of the next one', () => {
    const activities = activitiesOf({ id: 'test', priority: 9, control: 99.999 }, { id: 'all' });
    const [proposition, ...more] = decide(activities, visitorIn(), { scopes: ['hero'], surfaces: [] }, NOW);
    expect(more).toEqual([]);
    expect(proposition).toMatchObject({
      scopeDetails: {
        activity: { id: 'test' },
        experience: { id: 'control' },
        strategies: [{ algorithmID: '0', trafficType: '0' }],
      },
      items: [{ id: '1', schema: 'https://ns.adobe.com/personalization/default-content-item', data: {} }],
    });
  });

  it('P13: an activity is shown from its start on, and not at its end', () => {
    const activities = activitiesOf({
      id: 'sale',
      schedule: { start: '2026-06-01T00:00:00Z', end: '2026-06-02T02:00:00+02:00' },
    });
    const end = Date.parse('2026-06-02T00:00:00Z');
    const when = (now: number): string[] => shownTo(visitorIn(), activities, { scopes: ['hero'] }, now);
    expect([when(NOW - 1), when(NOW), when(end - 1), when(end)]).toEqual([[], ['hero sale:a'], ['hero sale:a'], []]);
  });

  it('drafts and what was put away are not shown', () => {
    const activities = activitiesOf({ id: 'a', lifecycleState: 'draft' }, { id: 'b', lifecycleState: 'archived' });
    expect(shownTo(visitorIn(), activities)).toEqual([]);
  });

  it('what nobody asked for is not shown, and what is asked for twice is shown once', () => {
    const activities = activitiesOf({ id: 'a', scopes: ['hero', 'foot'] });
    expect(shownTo(visitorIn(), activities, { scopes: ['other'] })).toEqual([]);
    expect(shownTo(visitorIn(), activities, { scopes: ['foot', 'foot', 'hero'] })).toEqual(['foot a:a', 'hero a:a']);
  });

  it('of an experience only what the page can show is sent; a page that can show nothing of it sees nothing of others', () => {
    const items = [
      { type: 'html' as const, content: 'x' },
      { type: 'json' as const, content: { a: 1 } },
    ];
    const activities = activitiesOf({ id: 'both', priority: 9, experiences: [{ id: 'a', items }] }, { id: 'html' });
    const json = ['https://ns.adobe.com/personalization/json-content-item'];
    const asked = { scopes: ['hero'], surfaces: [] };
    const [proposition] = decide(activities, visitorIn(), { ...asked, schemas: json }, NOW);
    expect(proposition!.items.map(({ id, schema }) => [id, schema])).toEqual([['2', json[0]]]);
    expect(decide(activities, visitorIn(), { ...asked, schemas: [] }, NOW)).toEqual([]);
  });

  it('who has no id sees what is not divided, and nothing else', () => {
    const experiences = [{ id: 'a' }, { id: 'b' }];
    const activities = activitiesOf({ id: 'test', priority: 9, experiences }, { id: 'all' });
    expect(shownTo({ isMember: () => true }, activities)).toEqual(['hero all:a']);
  });
});

describe('on a page as a whole', () => {
  it('P2: all activities are shown, the one of the highest priority last', () => {
    const activities = activitiesOf(
      { id: 'a', priority: 1, ...PAGE },
      { id: 'b', priority: 9, ...PAGE },
      { id: 'c', priority: 5, ...PAGE },
    );
    expect(shownTo(visitorIn(), activities, PAGE)).toEqual(['__view__ a:a', '__view__ c:a', '__view__ b:a']);
  });

  it('an activity is shown once, although the page asks for itself in two ways', () => {
    const surfaces = ['web://shop.example/tents'];
    const activities = activitiesOf({ id: 'a', scopes: ['__view__'], surfaces }, { id: 'b', surfaces });
    expect(shownTo(visitorIn(), activities, { ...PAGE, surfaces })).toEqual([
      '__view__ a:a',
      'web://shop.example/tents b:a',
    ]);
  });
});

describe('a surface', () => {
  const shownAt = (own: string, asked: string): boolean =>
    shownTo(visitorIn(), activitiesOf({ id: 'x', surfaces: [own] }), at(asked)).length > 0;

  it.each([
    ['web://shop.example/tents', 'web://shop.example/tents'],
    ['web://shop.example/tents', 'web://SHOP.example/tents/'],
    ['web://shop.example', 'web://shop.example/'],
    ['web://shop.example/tents#hero', 'web://shop.example/tents#hero'],
    ['web://*.example/tents', 'web://www.shop.example/tents'],
    ['web://*/tents', 'web://localhost:8080/tents'],
    ['web://localhost:8080/*', 'web://localhost:8080/a/b'],
    ['web://shop.example/tents/*', 'web://shop.example/tents'],
    ['web://shop.example/tents/*', 'web://shop.example/tents/red'],
    ['web://shop.example/te*', 'web://shop.example/tents'],
    ['web://shop.example/*#hero', 'web://shop.example/tents#hero'],
  ])('%s is shown at %s', (own, asked) => expect(shownAt(own, asked)).toBe(true));

  it.each([
    ['web://shop.example/tents', 'web://shop.example/tents/red'],
    ['web://shop.example/tents', 'web://shop.example/Tents'],
    ['web://shop.example/tents', 'web://www.shop.example/tents'],
    ['web://shop.example/tents', 'web://shop.example/tents#hero'],
    ['web://shop.example/tents#hero', 'web://shop.example/tents'],
    ['web://*.shop.example/', 'web://shop.example/'],
    ['web://*.shop.example/', 'web://noshop.example/'],
    ['web://shop.example/tents/*', 'web://shop.example/tentsale'],
    ['web://shop.example/*', 'web://shop.example/tents#hero'],
    ['web://*/tents', 'mobileapp://shop.example/tents'],
  ])('%s is not shown at %s', (own, asked) => expect(shownAt(own, asked)).toBe(false));

  it('that is a place on a page shows one activity, whatever patterns lead to it', () => {
    const activities = activitiesOf(
      { id: 'exact', priority: 1, surfaces: ['web://shop.example/tents#hero'] },
      { id: 'pattern', priority: 2, surfaces: ['web://*/*#hero', 'web://shop.example/te*#hero'] },
    );
    expect(shownTo(visitorIn(), activities, at('web://shop.example/tents#hero'))).toEqual([
      'web://shop.example/tents#hero pattern:a',
    ]);
  });

  it('of a page is made of its address as the SDK makes it', () => {
    expect(surfaceOfPage('https://Shop.example:8443/tents/?q=1#top')).toBe('web://shop.example:8443/tents/');
    expect(surfaceOfPage('tents')).toBeUndefined();
  });
});

describe('a proposition', () => {
  it('has the form that the SDK shows and sends back', () => {
    const activities = activitiesOf({
      id: 'banner',
      scopes: ['__view__'],
      experiences: [
        {
          id: 'gold',
          items: [
            { type: 'setHtml', selector: '#banner', content: 'Hello' },
            { type: 'click', selector: '#banner a' },
            { type: 'setStyle', id: 'red', selector: 'h1', content: { color: 'red' } },
          ],
        },
      ],
    });
    const [proposition] = decide(activities, visitorIn(), { scopes: ['__view__'], surfaces: [] }, NOW);
    const format = 'application/vnd.adobe.target.dom-action';
    const schema = 'https://ns.adobe.com/personalization/dom-action';
    expect(proposition).toEqual({
      id: 'banner:gold:__view__',
      scope: '__view__',
      scopeDetails: {
        decisionProvider: 'TGT',
        activity: { id: 'banner' },
        experience: { id: 'gold' },
        strategies: [{ algorithmID: '0', trafficType: '1' }],
        characteristics: { eventToken: expect.any(String) },
      },
      items: [
        {
          id: '1',
          schema,
          data: { type: 'setHtml', selector: '#banner', prehidingSelector: '#banner', content: 'Hello', format },
        },
        { id: '2', schema, data: { type: 'click', selector: '#banner a', format } },
        {
          id: 'red',
          schema,
          data: { type: 'setStyle', selector: 'h1', prehidingSelector: 'h1', content: { color: 'red' }, format },
        },
      ],
    });
    expect(readToken(proposition!.scopeDetails.characteristics.eventToken)).toEqual({
      activity: 'banner',
      experience: 'gold',
    });
  });

  it('of an offer has its content as it is in the catalog', () => {
    const items = [
      { type: 'html' as const, content: '<b>${name}</b>' },
      { type: 'json' as const, content: { a: [1, null] } },
    ];
    const activities = activitiesOf({ id: 'x', experiences: [{ id: 'a', items }] });
    const [proposition] = decide(activities, visitorIn(), { scopes: ['hero'], surfaces: [] }, NOW);
    expect(proposition!.items.map(({ data }) => data)).toEqual([
      { id: '1', format: 'text/html', content: '<b>${name}</b>' },
      { id: '2', format: 'application/json', content: { a: [1, null] } },
    ]);
  });

  it('is told by its token only where the token is one', () => {
    const token = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const wrong of [
      undefined,
      7,
      '',
      '%%%',
      token(['a']),
      token(['a', 1]),
      token({ 0: 'a', 1: 'b' }),
      token(['a', 'b', 'c']),
      'x'.repeat(1e6),
    ]) {
      expect(readToken(wrong)).toBeUndefined();
    }
    expect(readToken(token(['a', 'b']))).toEqual({ activity: 'a', experience: 'b' });
  });
});

describe('an activity that is split by persons', () => {
  const experiences = [{ id: 'a' }, { id: 'b' }];
  const activities = activitiesOf({ id: 'x', splitBy: 'person', experiences });
  const shown = (device: string | undefined, person?: string): string | undefined =>
    shownTo({ isMember: () => false, device, person }, activities)[0];

  it('shows a person the same on all devices, and a device whose person is unknown the same always', () => {
    for (let n = 0; n < 50; n++) {
      expect(shown(`ECID:${n}`, 'CRMID:7')).toBe(shown(undefined, 'CRMID:7'));
      expect(shown(`ECID:${n}`)).toBe(shown(`ECID:${n}`));
    }
    expect(new Set(Array.from({ length: 50 }, (_, n) => shown(`ECID:${n}`))).size).toBe(2);
  });
});
