import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointsOf } from '#cli/commands/endpoints.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import { gatewayListener } from '#cli/local/gateway-server.ts';
import { Progress } from '#cli/local/progress.ts';
import { projectRoot } from '#cli/root.ts';
import { createClient } from '#cli/stage/clients.ts';
import { SCOPES } from '#core/contract/scopes.ts';
import { callsOf, type Outcome } from '#tests/harness/management/aepp.ts';
import { pythonWith, sayNotRun } from '#tests/harness/producers/python.ts';
import { callEndpoint } from './http-call.ts';

const python = pythonWith('aepp');
if ('notRun' in python) sayNotRun('aepp, a client for AEP, on the deployed platform', 'aepp', python.notRun);

/** Of a person whom nobody has sent here. */
const OF_PEOPLE = /^(getEntit|getLinkedIdentities)/;

describe.skipIf('notRun' in python)('aepp, a client for AEP, on the deployed platform', () => {
  let server: Server;
  let folder: string;
  let outcomes: readonly Outcome[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-aepp-'));
    const { flow } = await deployAndApply(projectRoot, join(projectRoot, 'catalog'), new Progress(process.stdout));
    const endpoints = await endpointsOf(flow.resources);
    server = createServer(gatewayListener({ upstreams: () => endpoints }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const scopes = Object.entries(SCOPES).map(([name, kind]) =>
      'isNeeded' in kind && kind.isNeeded ? `${name}:*` : name,
    );
    const made = await createClient(flow.resources, { name: 'aepp', scopes, createdBy: 'test' });
    const form = { grant_type: 'client_credentials', client_id: made.client.id, client_secret: made.secret };
    const { body } = await callEndpoint(endpoints.token, 'POST', '/ims/token/v3', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    outcomes = await callsOf((python as { python: string }).python, folder, {
      BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ACCESS_TOKEN: body.access_token,
      CLIENT_ID: made.client.id,
      ORG_ID: 'tributary',
      SANDBOX: 'local',
    });
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('works with a token and another address, and no call fails', () => {
    const failed = outcomes.filter(({ outcome, method }) => outcome === 'fails' && !OF_PEOPLE.test(method));
    expect(failed).toEqual([]);
    expect(outcomes.filter(({ outcome }) => outcome === 'works').length).toBeGreaterThan(180);
  });
});
