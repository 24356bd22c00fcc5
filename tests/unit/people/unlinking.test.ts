import { beforeEach, describe, expect, it } from 'vitest';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { NOW } from '#tests/harness/management/management.ts';
import { createPeople } from '#tests/harness/management/people.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const BASE = '/tributary/profiles';
const HOUR = 3_600_000;

describe('the links of a person', () => {
  let people: ReturnType<typeof createPeople>;
  let reference: string;
  let ends: { a: string; b: string; reason: string };

  const graph = async () => (await people.call('GET', `${BASE}/${reference}/graph`)).body;

  beforeEach(async () => {
    people = createPeople(await exampleDefinitions());
    await people.ingest([
      attributes(NOW - 9 * HOUR, 'CRMID:RB-1', { loyalty: { tier: 'gold' } }),
      event(NOW - 2 * HOUR, [ecid(1)], {
        eventType: 'commerce.productListAdds',
        commerce: { productListAdds: { value: 1 } },
      }),
      event(NOW - HOUR, ['CRMID:RB-1', ecid(1)], { eventType: 'web.webpagedetails.pageViews' }),
    ]);
    reference = await people.referenceOf('CRMID', 'RB-1');
    const { nodes } = await graph();
    ends = { a: nodes[0].id, b: nodes[1].id, reason: 'two people at one device' };
  });

  it('are shown as they would be without one of them, and nothing is written', async () => {
    const { status, body } = await people.call('POST', `${BASE}/${reference}/unlink?dryRun=true`, ends);
    expect(status).toBe(200);
    expect(body).toMatchObject({ isDone: false, stillLinkedBy: [] });
    expect(body.profiles).toHaveLength(2);
    const changed = body.profiles.flatMap(({ entered, left }: { entered: string[]; left: string[] }) => [
      ...entered,
      ...left,
    ]);
    expect(changed).toContain('loyal-cart-abandoners');
    expect(body.destinations.map(({ id }: { id: string }) => id)).toContain('webhook');
    expect((await graph()).links).toHaveLength(1);
  });

  it('are taken out, remembered with who did it and why, and can be put back', async () => {
    const { body } = await people.call('POST', `${BASE}/${reference}/unlink`, ends);
    expect(body).toMatchObject({ isDone: true, profiles: [{}, {}] });
    expect(await graph()).toMatchObject({
      links: [],
      removed: [{ why: 'withdrawn', isBack: false, unlinking: { who: 'Console', reason: ends.reason } }],
    });
    expect((await people.call('POST', `${BASE}/${reference}/unlink`, ends)).status).toBe(409);
    expect((await people.call('POST', `${BASE}/${reference}/relink`, ends)).body).toEqual({ isDone: true });
    expect((await graph()).links).toMatchObject([{ datasets: ['relink'] }]);
  });

  it('are changed by nobody who may only look, and only between identities of the person', async () => {
    const other = { ...ends, b: 'p_nobody' };
    expect((await people.call('POST', `${BASE}/${reference}/unlink`, other)).status).toBe(400);
    people.actAs(['profile:read']);
    for (const path of ['unlink', 'relink']) {
      expect((await people.call('POST', `${BASE}/${reference}/${path}`, ends)).status).toBe(403);
    }
    people.actAs(['govern']);
    expect((await people.call('POST', `${BASE}/${reference}/unlink`, ends)).status).toBe(403);
  });

  it('name nobody to who sees no values', async () => {
    people.actAs(['govern', 'profile:read:masked']);
    const { status, body } = await people.call('POST', `${BASE}/${reference}/unlink?dryRun=true`, ends);
    expect([status, JSON.stringify(body).includes('RB-1')]).toEqual([200, false]);
  });
});
