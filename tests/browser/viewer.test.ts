import { describe, expect, it } from 'vitest';
import { settled } from '#tests/harness/console-stage/browser.ts';
import { SCREENS } from '#tests/harness/console-stage/screens.ts';
import { visitedStage } from '#tests/harness/console-stage/visit.ts';

describe('somebody who only looks', () => {
  const seen = visitedStage({ persons: 120 });

  it('meets no value of a person: on no screen, in no answer, address, title or storage', async () => {
    const values = await personalValues();
    expect(values.length).toBeGreaterThan(100);
    for (const path of Object.values(SCREENS)) {
      const { page, context, answers } = await seen.visit(path, 'viewer');
      await settled(page);
      const stored = await page.evaluate('JSON.stringify([localStorage, document.title, location.href])');
      const all = [await page.content(), String(stored), ...(await answers())].join('\n');
      expect({ path, found: values.filter((value) => all.includes(value)) }).toEqual({ path, found: [] });
      await context.close();
    }
  });

  it('writes nothing: the API says so, whatever the page offers', async () => {
    const token = await seen.stage.tokenOf('viewer');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const address = `${seen.served.url}/tributary/definitions/segments/gold-and-silver`;
    const audience = (await (await fetch(address, { headers })).json()) as object;
    const written = await Promise.all([
      fetch(address, { method: 'PUT', headers, body: JSON.stringify({ ...audience, name: 'Other' }) }),
      fetch(`${seen.served.url}/data/core/ups/segment/jobs`, { method: 'POST', headers, body: '[]' }),
    ]);
    expect(written.map(({ status }) => status)).toEqual([403, 403]);
  });

  /** E-mail addresses and telephone numbers of the example's people, as they are stored. */
  async function personalValues(): Promise<string[]> {
    const found = new Set<string>();
    for await (const item of seen.stage.platform.stores.profiles.scan()) {
      for (const [value] of JSON.stringify(item).matchAll(/[\w.+-]+@example\.(?:com|org)|\+\d{9,15}/g))
        found.add(value);
    }
    return [...found];
  }
});
