import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { endpointsOf } from '#cli/commands/endpoints.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import type { Flow } from '#cli/ingest/wait.ts';
import { localConnectionKey } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { projectRoot } from '#cli/root.ts';
import type { IngestionMethod } from '#cli/stage/endpoints.ts';
import { cli } from '#tests/harness/cli.ts';
import { callEndpoint } from './http-call.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 120_000, interval: 1_000 };
const IMPORT = '/data/foundation/import/batches';
const RACES = 12;

/** Two at once on the deployed platform: requests about one batch, and uploads under one key. */
describe('batches through the deployed platform', () => {
  const run = Date.now();
  let flow: Flow;
  let batch: IngestionMethod;
  let headers: Record<string, string>;

  beforeAll(async () => {
    flow = (await deployAndApply(projectRoot, join(projectRoot, 'catalog'), new Progress(process.stdout))).flow;
    batch = (await endpointsOf(flow.resources)).batch;
    headers = { authorization: 'Bearer a token of IMS', 'x-api-key': localConnectionKey(projectRoot) };
  });

  const rows = (names: readonly string[]): string =>
    ['crmId,email,tier,updatedAt', ...names.map((name) => `${name},${name}@example.com,silver,2026-01-01T00:00:00Z`)]
      .join('\n')
      .concat('\n');
  const stateOf = async (id: string) =>
    (await callEndpoint(batch, 'GET', `/data/foundation/catalog/batches/${id}`, { headers })).body[id];
  const isKnown = async (name: string): Promise<boolean> => (await cli('profile', 'get', `CRMID:${name}`)).code === 0;

  async function loaded(name: string): Promise<string> {
    const created = await callEndpoint(batch, 'POST', IMPORT, {
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ datasetId: 'customers', inputFormat: { format: 'csv' } }),
    });
    const { id } = created.body;
    const file = `${IMPORT}/${id}/datasets/customers/files/crm.csv`;
    expect(await callEndpoint(batch, 'PUT', file, { headers, body: rows([name]) })).toMatchObject({ status: 200 });
    return id;
  }

  it('are completed or aborted, whichever comes first, and never both', async () => {
    const names = Array.from({ length: RACES }, (_, n) => `RACE-${run}-${n}`);
    const raced: { readonly name: string; readonly id: string; readonly isCompleted: boolean }[] = [];
    for (const [n, name] of names.entries()) {
      const id = await loaded(name);
      const ask = (action: string) => callEndpoint(batch, 'POST', `${IMPORT}/${id}?action=${action}`, { headers });
      const actions = n % 2 === 0 ? ['COMPLETE', 'ABORT'] : ['ABORT', 'COMPLETE'];
      const answers = await Promise.all(actions.map(ask));
      const taken = actions.filter((_, i) => answers[i]!.status === 200);
      expect(taken, JSON.stringify(answers.map(({ status, text }) => [status, text]))).toHaveLength(1);
      raced.push({ name, id, isCompleted: taken[0] === 'COMPLETE' });
    }
    for (const { name, id, isCompleted } of raced) {
      const status = isCompleted ? 'success' : 'aborted';
      await vi.waitFor(async () => expect(await stateOf(id)).toMatchObject({ status }), WITHIN);
      expect([name, await isKnown(name)]).toEqual([name, isCompleted]);
    }
    // What is done can be taken back, and is inactive everywhere.
    const { id, name } = raced.find(({ isCompleted }) => isCompleted) ?? { id: await completed(), name: `LAST-${run}` };
    const reverted = await cli('batch', 'revert', id);
    expect([reverted.code, reverted.stderr]).toEqual([0, '']);
    await vi.waitFor(async () => expect(await stateOf(id)).toMatchObject({ status: 'inactive' }), WITHIN);
    await vi.waitFor(async () => expect(await isKnown(name)).toBe(false), WITHIN);
    expect((await cli('batch', 'show', id)).stdout).toContain('inactive');
  });

  async function completed(): Promise<string> {
    const id = await loaded(`LAST-${run}`);
    await callEndpoint(batch, 'POST', `${IMPORT}/${id}?action=COMPLETE`, { headers });
    await vi.waitFor(async () => expect(await stateOf(id)).toMatchObject({ status: 'success' }), WITHIN);
    return id;
  }

  it('are each read as they were uploaded, though another came under the same key at once', async () => {
    const { landing } = flow.stores;
    const key = `landing/customers/nightly-${run}.csv`;
    const names = ['FIRST', 'SECOND', 'THIRD'].map((name) => `${name}-${run}`);
    for (const name of names) await landing.put(key, rows([name]));
    for (const name of names)
      await vi.waitFor(async () => expect([name, await isKnown(name)]).toEqual([name, true]), WITHIN);
  });

  it('are in sight where their file was gone before it was read', async () => {
    const { landing } = flow.stores;
    const key = `landing/customers/moved-${run}.csv`;
    await landing.put(key, rows([`MOVED-${run}`]));
    await landing.delete([key]);
    const listed = async () => (await cli('batch', 'list', '--dataset', 'customers', '--json')).stdout;
    await vi.waitFor(async () => expect(await listed()).toContain(key), WITHIN);
    await vi.waitFor(async () => {
      const lines = (await listed()).trimEnd().split('\n');
      const found = lines
        .map((line) => JSON.parse(line) as { status: string })
        .find((one) => JSON.stringify(one).includes(key));
      expect(['success', 'failed']).toContain(found?.status);
      // Old versions are read for three days: it may have been in time.
      expect(await isKnown(`MOVED-${run}`)).toBe(found?.status === 'success');
    }, WITHIN);
  });
});
