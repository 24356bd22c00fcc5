// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what looks like a variable is content, and none
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '#core/catalog/load.ts';
import { renderProblem } from '#core/catalog/problem.ts';
import { type Case, catalogFiles, HERE, marks, placesOf, problemsOf, segmentText } from './marked.ts';

/** An activity that is right, with more lines or other ones. */
function activity(lines: Readonly<Record<string, string>> = {}): Record<string, string> {
  const all: Record<string, string> = {
    id: 'banner',
    name: 'Banner',
    audience: 'gold',
    scopes: '[home-hero]',
    experiences: '[{ id: a, items: [{ type: html, content: "<b>Hello</b>" }] }]',
    ...lines,
  };
  const text = Object.entries(all).map(([key, value]) => (key === '' ? value : `${key}: ${value}`));
  return { 'activities/banner.yaml': `${text.join('\n')}\n` };
}

const experiences = (...items: string[]): Record<string, string> => activity({ experiences: `[${items.join(', ')}]` });

const CASES: readonly Case[] = [
  {
    name: 'an audience that no segment is',
    files: activity({ audience: `${HERE}golden` }),
    says: [/^unknown segment "golden"$/],
  },
  {
    name: 'a published activity for a segment that is a draft',
    files: {
      ...activity({ audience: `${HERE}new` }),
      'segments/new.yaml': `${segmentText('new', 'loyalty.tier = "gold"')}lifecycleState: draft\n`,
    },
    says: [/^the segment "new" is not published, it is draft: nobody is in it$/],
  },
  {
    name: 'shares that are not 100 %',
    files: activity({ experiences: `${HERE}[{ id: a, share: 50 }, { id: b, share: 40 }]`, control: '5' }),
    says: [/^the shares are 95 % together: 50 \+ 40 \+ 5 of the control group$/],
  },
  {
    name: 'a share for some experiences only',
    files: experiences('{ id: a, share: 100 }', `${HERE}{ id: b }`),
    says: [/^the experience "b" has no share$/],
  },
  {
    name: 'everybody in the control group',
    files: activity({ control: `${HERE}100` }),
    says: [/^everybody is in the control group/],
  },
  {
    name: 'two experiences of one id',
    files: experiences('{ id: a }', `{ id: ${HERE}a }`),
    says: [/^the experience "a" is defined twice$/],
  },
  {
    name: 'an experience that is called like the control group',
    files: experiences(`{ id: ${HERE}control }`),
    says: [/^"control" is what the control group is called$/],
  },
  {
    name: 'two items of one id',
    files: experiences(`{ id: a, items: [{ type: html, content: x }, ${HERE}{ type: html, id: "1", content: y }] }`),
    says: [/^the item "1" is there twice$/],
  },
  {
    name: 'an unknown type of action',
    files: experiences(`{ id: a, items: [{ type: ${HERE}setHtlm, selector: "#a", content: x }] }`),
    says: [/^"experiences\[0\]\.items\[0\]\.type" is "setHtlm"$/],
  },
  {
    name: 'an action without an element',
    files: experiences(`{ id: a, items: [${HERE}{ type: setText, content: x }] }`),
    says: [/^"experiences\[0\]\.items\[0\]\.selector" is missing$/],
  },
  {
    name: 'an offer in HTML with a key of an action',
    files: experiences(`{ id: a, items: [{ type: html, ${HERE}selector: "#a", content: x }] }`),
    says: [/^unknown key "selector"$/],
  },
  {
    name: 'a style that is text',
    files: experiences(`{ id: a, items: [{ type: setStyle, selector: "#a", content: ${HERE}"color: red" }] }`),
    says: [/^"experiences\[0\]\.items\[0\]\.content" is text/],
  },
  {
    name: 'an activity that is shown nowhere',
    files: activity({ scopes: '[]' }),
    says: [/^the activity "banner" is shown nowhere$/],
  },
  {
    name: 'a scope that is listed twice',
    files: activity({ scopes: `[home-hero, other, ${HERE}home-hero]` }),
    says: [/^"home-hero" is in "scopes" twice$/],
  },
  {
    name: 'surfaces that are none',
    files: activity({
      surfaces: `[${HERE}https://www.shop.example/, ${HERE}"web://Shop.example/", ${HERE}"web://shop.example/*/tents", ${HERE}"web://shop.example/#", ${HERE}"web://shop.example/?q"]`,
    }),
    says: [
      /begins with web:\/\//,
      /"Shop.example" is no host/,
      /at the end of the path only/,
      /nothing stands behind "#"/,
      /has no query/,
    ],
  },
  {
    name: 'an end before the start',
    files: activity({ schedule: `{ start: 2026-03-01T10:00:00Z, end: ${HERE}2026-03-01T11:00:00+01:00 }` }),
    says: [/^the activity ends before it starts$/],
  },
  {
    name: 'a time without a zone',
    files: activity({ schedule: `{ start: ${HERE}"2026-03-01 10:00" }` }),
    says: [/^"schedule\.start" is not right$/],
  },
  {
    name: 'a second activity of one id',
    files: {
      ...activity(),
      'activities/c.yaml': `id: ${HERE}banner\nname: C\nscopes: [x]\nexperiences: [{ id: a }]\n`,
    },
    says: [/^the activity "banner" is defined twice$/],
  },
];

describe('a mistake in an activity', () => {
  it.each(CASES)('is reported where it is: $name', ({ files, says }) => {
    const problems = problemsOf(files);
    // What has no place of its own is reported where the definition begins.
    const expected = marks(files);
    expect(placesOf(problems)).toEqual(expected.length > 0 ? expected : ['activities/banner.yaml:1:1']);
    expect(problems.map(({ message }) => message)).toEqual(says.map((one) => expect.stringMatching(one)));
  });

  it('says what would be right', () => {
    const [problem] = problemsOf(activity({ audience: 'glod' }));
    expect(renderProblem(problem!)).toMatch(/^activities\/banner\.yaml:3:11 .*did you mean "gold"\?/s);
  });
});

describe('an activity', () => {
  it('may have markup, scripts included, since whoever writes a catalog may change the pages', () => {
    const content = '<script>track("${name}")</script>';
    const files = experiences(`{ id: a, items: [{ type: customCode, selector: head, content: '${content}' }] }`);
    const { catalog } = loadCatalog(catalogFiles(files), { name: 'never put into it' });
    expect(catalog!.activities![0]!.experiences[0]!.items).toEqual([{ type: 'customCode', selector: 'head', content }]);
  });

  it('may leave out nearly everything', () => {
    const files = { 'activities/a.yaml': 'id: a\nname: A\nscopes: [hero]\nexperiences: [{ id: one }]\n' };
    expect(loadCatalog(catalogFiles(files), {}).catalog!.activities).toEqual([
      {
        id: 'a',
        name: 'A',
        lifecycleState: 'published',
        priority: 5,
        schedule: {},
        splitBy: 'device',
        traffic: 100,
        control: 0,
        scopes: ['hero'],
        surfaces: [],
        experiences: [{ id: 'one', items: [] }],
      },
    ]);
  });

  it('may divide by thirds', () => {
    expect(
      problemsOf(experiences('{ id: a, share: 33.3 }', '{ id: b, share: 33.3 }', '{ id: c, share: 33.4 }')),
    ).toEqual([]);
  });

  it('may be a draft for a segment that is one', () => {
    const files = {
      ...activity({ audience: 'new', lifecycleState: 'draft' }),
      'segments/new.yaml': `${segmentText('new', 'loyalty.tier = "gold"')}lifecycleState: draft\n`,
    };
    expect(problemsOf(files)).toEqual([]);
  });
});
