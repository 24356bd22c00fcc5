import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '#cli/root.ts';
import { callsOf, type Outcome } from '#tests/harness/management/aepp.ts';
import { serveHost } from '#tests/harness/management/host.ts';
import { pythonWith, sayNotRun } from '#tests/harness/producers/python.ts';
import { clientsPage } from './clients-page.ts';

const python = pythonWith('aepp');
if ('notRun' in python) sayNotRun('calls of aepp, a client for AEP', 'aepp', python.notRun);

describe.skipIf('notRun' in python)('aepp, a client for AEP, with its address changed and nothing else', () => {
  let url: string;
  let server: Server;
  let folder: string;
  let outcomes: readonly Outcome[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-aepp-'));
    ({ url, server } = await serveHost());
    const { python: path } = python as { python: string };
    outcomes = await callsOf(path, folder, { BASE_URL: url, ACCESS_TOKEN: 'token' });
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('works: more than four of five calls, the others are answered 501, and no call fails', () => {
    const of = (outcome: Outcome['outcome']): readonly Outcome[] => outcomes.filter((one) => one.outcome === outcome);
    expect(of('fails')).toEqual([]);
    expect(of('works').length / outcomes.length).toBeGreaterThan(0.8);
  });

  it('is as docs/clients.md says, which is made anew with "npx vitest run --project producers -u"', async () => {
    await expect(clientsPage(outcomes)).toMatchFileSnapshot(join(projectRoot, 'docs', 'clients.md'));
  });
});
