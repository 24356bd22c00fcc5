import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { endpointsOf } from '#cli/commands/endpoints.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import { Progress } from '#cli/local/progress.ts';
import { projectRoot } from '#cli/root.ts';
import { cli } from '#tests/harness/cli.ts';
import { type Answer, callEndpoint, callSigned } from './http-call.ts';

/** For what functions see within a minute, or takes its way through the platform. */
const WITHIN = { timeout: 120_000, interval: 2_000 };

/** A client on the deployed platform: it gets a token, sends, reads, is found in the audit records, and is locked out. */
describe('a client of the deployed platform', () => {
  const crmId = `CLIENT-${Date.now()}`;
  let endpoints: Awaited<ReturnType<typeof endpointsOf>>;
  let client: { readonly clientId: string; readonly clientSecret: string };
  let token: string;

  beforeAll(async () => {
    const { flow } = await deployAndApply(projectRoot, join(projectRoot, 'catalog'), new Progress(process.stdout));
    endpoints = await endpointsOf(flow.resources);
  });

  const json = async (...args: string[]) => {
    const run = await cli(...args, '--json');
    expect([run.code, run.stderr]).toEqual([0, '']);
    return run.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  };
  const ask = (secret: string, scope = ''): Promise<Answer> => {
    const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: secret, scope };
    return callEndpoint(endpoints.token, 'POST', '/ims/token/v3', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
  };
  const headers = (more: Record<string, string> = {}): Record<string, string> => ({
    authorization: `Bearer ${token}`,
    'x-api-key': client.clientId,
    'x-gw-ims-org-id': 'tributary',
    'x-sandbox-name': 'local',
    ...more,
  });
  const entity = (more: Record<string, string> = {}): Promise<Answer> => {
    const query = `schema.name=_xdm.context.profile&entityIdNS=CRMID&entityId=${crmId}`;
    return callEndpoint(endpoints.profiles, 'GET', `/data/core/ups/access/entities?${query}`, {
      headers: headers(more),
    });
  };

  it('is made by the command line, and gets a token for its secret only', async () => {
    [client] = await json(
      'client',
      'create',
      '--name',
      'e2e',
      '--scope',
      'ingest:customers',
      '--scope',
      'profile:read',
    );
    await vi.waitFor(async () => {
      const answer = await ask(client.clientSecret, 'openid,AdobeID');
      expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 3_600 } });
      token = answer.body.access_token;
    }, WITHIN);
    expect(await ask('trb-another')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const [listed] = (await json('client', 'list')).filter(({ id }) => id === client.clientId);
    expect(listed).toMatchObject({ name: 'e2e', scopes: ['ingest:customers', 'profile:read'] });
    expect(JSON.stringify(listed)).not.toContain(client.clientSecret);
  });

  it('sends batches of its dataset, and of no other', async () => {
    const create = (datasetId: string) =>
      callEndpoint(endpoints.batch, 'POST', '/data/foundation/import/batches', {
        headers: headers({ 'content-type': 'application/json' }),
        body: JSON.stringify({ datasetId, inputFormat: { format: 'csv' } }),
      });
    expect(await create('web-events')).toMatchObject({ status: 403 });
    const { id } = (await create('customers')).body;
    const path = `/data/foundation/import/batches/${id}`;
    const row = `crmId,email,tier,updatedAt\n${crmId},${crmId}@example.com,gold,2026-01-01T00:00:00Z\n`;
    const put = await callEndpoint(endpoints.batch, 'PUT', `${path}/datasets/customers/files/crm.csv`, {
      headers: headers(),
      body: row,
    });
    expect(put.status).toBe(200);
    expect(
      await callEndpoint(endpoints.batch, 'POST', `${path}?action=COMPLETE`, { headers: headers() }),
    ).toMatchObject({
      status: 200,
    });
  });

  it('reads the profile, which is written down: who, whom, what for', async () => {
    await vi.waitFor(async () => {
      const answer = await entity({ 'x-purpose': 'end to end' });
      expect(answer.status).toBe(200);
      expect(answer.body[crmId].entity.loyalty).toMatchObject({ tier: 'gold' });
    }, WITHIN);
    const signed = await callSigned(endpoints.access, '/data/core/ups/access/entities', {
      'schema.name': '_xdm.context.profile',
      entityIdNS: 'CRMID',
      entityId: crmId,
    });
    expect(signed.status).toBe(200);
    const reads = await json('audit', '--identity', `CRMID:${crmId}`);
    expect(reads.filter(({ found }) => found === 1)).toMatchObject([
      { caller: { id: client.clientId, name: 'e2e', kind: 'client' }, purpose: 'end to end', what: 'profile' },
      { caller: { kind: 'aws' } },
    ]);
    expect(JSON.stringify(reads)).not.toContain(crmId);
    expect((await json('audit', '--identity', `Email:${crmId}@example.com`)).length).toBeGreaterThanOrEqual(2);
    expect((await json('audit', '--caller', client.clientId)).length).toBeGreaterThan(0);
  });

  it('has to say where it belongs, if it says so', async () => {
    expect(await entity({ 'x-sandbox-name': 'prod' })).toMatchObject({ status: 403 });
    expect(await entity({ authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` })).toMatchObject({
      status: 401,
      body: { error_code: '401013' },
    });
  });

  it('goes on with its token when keys are rotated, and is locked out when it is revoked', async () => {
    await json('client', 'rotate-keys');
    expect(await entity()).toMatchObject({ status: 200 });
    await json('client', 'revoke', client.clientId);
    await vi.waitFor(async () => expect(await entity()).toMatchObject({ status: 401 }), WITHIN);
    expect(await ask(client.clientSecret)).toMatchObject({ status: 401 });
  });
});
