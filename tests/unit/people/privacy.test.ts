import { beforeEach, describe, expect, it } from 'vitest';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { NOW } from '#tests/harness/management/management.ts';
import { createPeople } from '#tests/harness/management/people.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const JOBS = '/data/core/privacy/jobs';

describe('privacy jobs', () => {
  let people: ReturnType<typeof createPeople>;
  const userIDs = [
    { namespace: 'CRMID', value: 'RB-1', type: 'standard' },
    { namespace: 'ECID', value: ecid(1).slice(5), type: 'standard' },
  ];
  const asked = (...action: string[]) => ({
    companyContexts: [{ namespace: 'imsOrgID', value: 'ACME@AdobeOrg' }],
    users: [{ key: 'Ada', action, userIDs }],
    include: ['profileService'],
    regulation: 'gdpr',
  });

  beforeEach(async () => {
    people = createPeople(await exampleDefinitions());
    await people.ingest([
      attributes(NOW - 9, 'CRMID:RB-1', { loyalty: { tier: 'gold' } }),
      attributes(NOW - 9, 'CRMID:RB-2', { loyalty: { tier: 'canary' } }),
      event(NOW - 5, ['CRMID:RB-1', ecid(1)], { _id: 'e1', eventType: 'store.order' }),
    ]);
  });

  it('give everything that is stored about a person, once however many identities name them, and of nobody else', async () => {
    const opened = await people.call('POST', JOBS, asked('access'));
    expect(opened).toMatchObject({ status: 202, body: { totalRecords: 1 } });
    const { body: job } = await people.call('GET', `${JOBS}/${opened.body.jobs[0].jobId}`);
    expect(job).toMatchObject({ action: 'access', status: 'complete', regulation: 'gdpr' });
    const { body } = await people.call('GET', job.downloadURL);
    expect(body.people).toMatchObject([
      {
        identities: ['CRMID:RB-1', ecid(1)],
        attributes: { loyalty: { tier: 'gold' } },
        events: [{ dataset: 'web-events', event: { _id: 'e1' } }],
        isComplete: true,
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('canary');
    expect((await people.reads()).filter(({ fields }) => fields?.[0]?.startsWith('privacy'))).toHaveLength(2);
  });

  it('delete a person from profiles at once, as one request, and keep who it was to themselves', async () => {
    const opened = await people.call('POST', JOBS, asked('access', 'delete'));
    const [access, deletion] = opened.body.jobs;
    const { body } = await people.call('GET', `${JOBS}/${deletion.jobId}`);
    expect(body).toMatchObject({ action: 'delete', status: 'processing', people: 1, receipts: [] });
    expect(JSON.stringify([opened.body, body])).not.toContain('RB-1');
    const found = await people.call('POST', '/tributary/profiles/search', { namespace: 'CRMID', value: 'RB-1' });
    expect(found.body).toEqual({ profiles: [] });
    expect((await people.call('GET', `${JOBS}/${access.jobId}/data`)).body.people).toEqual([]);
    expect((await people.call('GET', JOBS)).body.totalRecords).toBe(1);
  });

  it('delete by a reference as well', async () => {
    const reference = await people.referenceOf('CRMID', 'RB-1');
    const { status, body } = await people.call('DELETE', `/tributary/profiles/${reference}`);
    expect([status, body.totalRecords]).toEqual([202, 1]);
    expect((await people.call('GET', `/tributary/profiles/${reference}`)).status).toBe(404);
  });

  it('are opened by nobody without the scope for them, and not for namespaces that are not known', async () => {
    const unknown = { users: [{ key: 'x', action: ['delete'], userIDs: [{ namespace: 'XYZ', value: '1' }] }] };
    expect((await people.call('POST', JOBS, unknown)).status).toBe(400);
    expect((await people.call('GET', `${JOBS}/nothing`)).status).toBe(404);
    people.actAs(['profile:read', 'govern', 'admin']);
    expect((await people.call('POST', JOBS, asked('delete'))).status).toBe(403);
    expect((await people.call('GET', JOBS)).status).toBe(403);
  });
});
