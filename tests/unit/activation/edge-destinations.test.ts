import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answeringIn, type EdgePerson, edgePayloads } from '#core/activation/edge-destinations/payloads.ts';
import { EDGE_DEFINITIONS, type EdgeDestinationDefinition } from '#core/activation/edge-destinations/registry.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { runs } from '#tests/harness/runs.ts';
import { type Case, catalogFiles, HERE, marks, placesOf, problemsOf } from '../catalog/marked.ts';

const [custom, cookie, url] = EDGE_DEFINITIONS;
const onsite = custom.parse({
  ...{ id: 'onsite', type: 'custom-personalization', alias: 'shop', segments: ['gold', 'carts'] },
  attributes: { tier: 'loyalty.tier', points: 'loyalty.points' },
});
const ads = cookie.parse({
  ...{ id: 'ads', type: 'edge-cookie', segments: ['gold', 'carts'] },
  ...{ cookie: { name: 'audiences', domain: '.shop.example' }, values: { gold: 'g1' } },
});
const pixel = url.parse({
  ...{ id: 'pixel', type: 'edge-url', segments: ['gold'], urls: { gold: 'https://ads.example/p?s=gold' } },
});
const PROFILE: Readonly<Record<string, unknown>> = { 'loyalty.tier': 'gold', 'person.email': 'ada@example.com' };
const person = (segments: readonly string[], more: Partial<EdgePerson> = {}): EdgePerson => ({
  identities: ['ECID:1'],
  consents: undefined,
  isMember: (id) => segments.includes(id),
  attribute: (path) => PROFILE[path],
  ...more,
});
const browser = { isAuthenticated: false, governance: undefined };
const server = { ...browser, isAuthenticated: true };

describe('a destination of type custom-personalization', () => {
  it('gives a browser the audiences, and nothing else', () => {
    expect(edgePayloads([onsite], person(['carts', 'other']), browser)).toEqual({
      pull: [
        {
          type: 'profileLookup',
          destinationId: 'onsite',
          alias: 'shop',
          segments: [{ id: 'carts', namespace: 'ups' }],
        },
      ],
      push: [],
    });
  });

  it('gives a server that has shown its key the attributes that there are', () => {
    expect(edgePayloads([onsite], person([]), server).pull).toEqual([
      {
        type: 'profileLookup',
        destinationId: 'onsite',
        alias: 'shop',
        segments: [],
        attributes: { tier: { value: 'gold' } },
      },
    ]);
  });

  it('gives nobody anything of somebody who is not known', () => {
    expect(edgePayloads([onsite, ads, pixel], undefined, server)).toEqual({ pull: [], push: [] });
  });

  it('is found by its id where it has no alias', () => {
    const { alias: _, ...plain } = onsite;
    expect(edgePayloads([plain], person([]), browser).pull).toMatchObject([{ alias: 'onsite' }]);
  });
});

describe('destinations that the SDK carries out', () => {
  it('set a cookie with what stands for the audiences, empty where there is none', () => {
    const specOf = (segments: string[]) => edgePayloads([ads], person(segments), browser).push;
    const spec = { name: 'audiences', domain: '.shop.example', ttlDays: 10 };
    expect(specOf(['carts', 'gold'])).toEqual([{ type: 'cookie', spec: { ...spec, value: 'g1|carts' } }]);
    expect(specOf([])).toEqual([{ type: 'cookie', spec: { ...spec, value: '' } }]);
  });

  it('keep a cookie at a size that browsers keep, its values whole', () => {
    const segments = Array.from({ length: 250 }, (_, n) => `segment-${n}-${'x'.repeat(40)}`);
    const { push } = edgePayloads([{ ...ads, segments }], person(segments), browser);
    const { value } = (push[0] as { spec: { value: string } }).spec;
    expect(value.length).toBeLessThanOrEqual(3_500);
    expect(value.split('|').every((one) => segments.includes(one))).toBe(true);
    expect(value.split('|').length).toBeGreaterThan(60);
  });

  it('load an address for each audience that somebody is in', () => {
    expect(edgePayloads([pixel], person(['gold']), browser).push).toEqual([
      { type: 'url', id: 'pixel:gold', spec: { url: 'https://ads.example/p?s=gold', hideReferrer: true } },
    ]);
    expect(edgePayloads([pixel], person([]), browser).push).toEqual([]);
  });
});

describe('destinations at the edge', () => {
  it('are part of the answers of their datastreams only, and of none when disabled', () => {
    const destinations: EdgeDestinationDefinition[] = [
      { ...onsite, datastreams: ['web'] },
      { ...ads, datastreams: ['app'] },
      { ...pixel, enabled: false },
    ];
    expect(answeringIn('web', destinations).map(({ id }) => id)).toEqual(['onsite']);
    expect(answeringIn('app', [onsite, ...destinations]).map(({ id }) => id)).toEqual(['onsite', 'ads']);
  });

  it('never give attributes to a browser, nor audiences that they have no business with', () => {
    const ids = ['gold', 'carts', 'a', 'b'];
    fc.assert(
      fc.property(fc.subarray(ids), fc.subarray(ids, { minLength: 1 }), (memberOf, segments) => {
        const { pull } = edgePayloads([{ ...onsite, segments }], person(memberOf), browser);
        const [entry] = pull as { segments: { id: string }[] }[];
        expect(JSON.stringify(entry)).not.toContain('attributes');
        expect(entry!.segments.map(({ id }) => id)).toEqual(segments.filter((id) => memberOf.includes(id)));
      }),
      runs(0.5, 50),
    );
  });

  const FILES = {
    'destinations/onsite.yaml':
      'id: onsite\ntype: custom-personalization\nsegments: [gold]\nattributes: { tier: loyalty.tier }\nmarketingActions: [onsitePersonalization]\n',
  };

  it('are in a catalog beside those that are sent something, and nothing is routed to them', () => {
    const { catalog, problems } = loadCatalog(catalogFiles(FILES), {});
    expect(problems).toEqual([]);
    expect(catalog!.destinations.map(({ id }) => id)).toEqual(['hook']);
    expect(catalog!.edgeDestinations!.map(({ id }) => id)).toEqual(['onsite']);
    expect([...compileCatalog(catalog!).destinations.keys()]).toEqual(['hook']);
  });

  it('give nothing of somebody who has not consented', () => {
    const consent = {
      'consent-policies/p.yaml': 'id: p\nmarketingActionRefs: [onsitePersonalization]\nconsent: personalize.content\n',
    };
    const { catalog } = loadCatalog(catalogFiles({ ...FILES, ...consent }), {});
    const { governance } = compileCatalog(catalog!);
    const pullFor = (val: string | undefined) =>
      edgePayloads(
        catalog!.edgeDestinations!,
        person(['gold'], { consents: val === undefined ? undefined : { personalize: { content: { val } } } }),
        { ...server, governance },
      ).pull;
    const known = { segments: [{ id: 'gold', namespace: 'ups' }], attributes: { tier: { value: 'gold' } } };
    expect(pullFor('y')).toMatchObject([known]);
    for (const val of ['n', undefined]) {
      const [entry] = pullFor(val);
      expect(entry).toMatchObject({ destinationId: 'onsite', segments: [] });
      expect(entry).not.toHaveProperty('attributes');
    }
  });

  it('give no attribute where every audience is forbidden, as it is where an attribute is', () => {
    const givenUnder = (forbidden: readonly string[]) => {
      const denied = new Map(forbidden.map((id) => [id, 'policy']));
      const governance = { forbidden: new Map([['onsite', denied]]), consents: new Map(), normalForms: new Map() };
      const [entry] = edgePayloads([onsite], person(['gold', 'carts']), { ...server, governance }).pull;
      const { segments, attributes } = entry as { segments: { id: string }[]; attributes?: object };
      return [segments.map(({ id }) => id), attributes !== undefined];
    };
    expect(givenUnder(['gold'])).toEqual([['carts'], true]);
    expect(givenUnder(['gold', 'carts'])).toEqual([[], false]);
  });

  it('violate policies as others do', () => {
    const labelled = {
      ...FILES,
      'labels/l.yaml': 'dataset: people\nfields: { loyalty.tier: [C7] }\n',
      'policies/p.yaml': 'core: core-onsitePersonalization\nstatus: ENABLED\n',
    };
    const [problem] = problemsOf(labelled);
    expect(problem).toMatchObject({
      file: 'destinations/onsite.yaml',
      message: expect.stringContaining('forbids onsitePersonalization'),
    });
  });

  const CASES: readonly Case[] = [
    {
      name: 'a datastream that there is not',
      files: {
        'destinations/d.yaml': `id: d\ntype: custom-personalization\nsegments: [gold]\ndatastreams: [${HERE}shop]\n`,
      },
      says: [/^unknown datastream "shop"$/],
    },
    {
      name: 'an attribute that there is not',
      files: {
        'destinations/d.yaml': `id: d\ntype: custom-personalization\nsegments: [gold]\nattributes: { t: ${HERE}loyalty.teir }\n`,
      },
      says: [/^"loyalty.teir" is not an attribute of profiles$/],
    },
    {
      name: 'an audience without an address',
      files: { 'destinations/d.yaml': `id: d\ntype: edge-url\nsegments: [${HERE}gold]\nurls: {}\n` },
      says: [/^"urls" has no address for "gold"$/],
    },
    {
      name: 'an address that is not encrypted',
      files: {
        'destinations/d.yaml': `id: d\ntype: edge-url\nsegments: [gold]\nurls: { gold: ${HERE}http://a.example/ }\n`,
      },
      says: [/urls\.gold/],
    },
    {
      name: 'a value that would end the cookie',
      files: {
        'destinations/d.yaml': `id: d\ntype: edge-cookie\nsegments: [gold]\ncookie: { name: a }\nvalues: { gold: ${HERE}"a;b" }\n`,
      },
      says: [/values\.gold/],
    },
    {
      name: 'a guard of what is sent to nobody',
      files: { 'destinations/d.yaml': `id: d\ntype: custom-personalization\nsegments: [gold]\n${HERE}guard: off\n` },
      says: [/^unknown key "guard"$/],
    },
  ];
  it.each(CASES)('are checked: $name', ({ files, says }) => {
    const problems = problemsOf(files);
    expect(placesOf(problems)).toEqual(marks(files));
    expect(problems.map(({ message }) => message)).toEqual(says.map((one) => expect.stringMatching(one)));
  });
});
