import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SftpTarget } from '#core/activation/files/target.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { createSftpProbe } from '#lambdas/adapters/sftp/probe.ts';
import { createSftpReceiver } from '#lambdas/adapters/sftp/receiver.ts';
import { createHandler as createDeliver } from '#lambdas/functions/deliver-s3-file/handler.ts';
import { createHandler as createExport } from '#lambdas/functions/export-files/handler.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import { hasSshd, type Sshd, startSshd, WITHOUT_SSHD } from '#tests/harness/sshd.ts';
import {
  catalogOf,
  failedIds,
  fakeMetrics,
  identity,
  NOW,
  profileDelivery,
  sqsEvent,
} from '#tests/unit/activation/factories.ts';

const OTHER_KEY = 'SHA256:1VUXrFVy8vRsLLcEUDHkGqHGCUeHVmzUXKTnbVGB3vQ';
const fileOf = (bytes: Uint8Array, name = 'people.csv') => ({ name, bytes, contentType: 'text/csv' });
const failureOf = (what: Promise<unknown>): Promise<string> =>
  what.then(
    () => 'no failure',
    (error: Error) => error.message,
  );

describe('an SFTP server', { skip: !hasSshd, meta: hasSshd ? {} : { notRun: WITHOUT_SSHD } }, () => {
  let server: Sshd;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server?.stop());

  const target = (change: Partial<SftpTarget> = {}): SftpTarget => ({
    kind: 'sftp',
    host: '127.0.0.1',
    port: server.port,
    user: server.user,
    folder: server.folder,
    hostKeys: [server.hostKey],
    ...change,
  });
  const receiver = (secret: object = { privateKey: server.privateKey }, allowPrivate = true) =>
    createSftpReceiver({ secrets: async () => JSON.stringify(secret), allowPrivate, newId: randomUUID });
  const names = (folder = server.folder): string[] => readdirSync(folder).sort();

  it('has a file whole, of any size, and nothing beside it; a later one of the same name takes its place', async () => {
    const folder = join(server.folder, 'whole');
    mkdirSync(folder);
    const sizes = [0, 1, 32_768, 5_000_001];
    for (const size of sizes) {
      const bytes = Uint8Array.from({ length: size }, (_, n) => n % 251);
      await receiver()('partner', target({ folder }), fileOf(bytes));
      expect(readdirSync(folder)).toEqual(['people.csv']);
      expect(Buffer.compare(readFileSync(join(folder, 'people.csv')), bytes)).toBe(0);
    }
  });

  it('gets nothing, and hears of no user, where its key is another', async () => {
    const before = server.log().length;
    const why = await failureOf(
      receiver()('partner', target({ hostKeys: [OTHER_KEY] }), fileOf(new Uint8Array(3), 'secret.csv')),
    );
    expect(why).toContain(`the host has the key ${server.hostKey}, and hostKeys has it not`);
    expect(names()).not.toContain('secret.csv');
    expect(server.log().slice(before)).not.toMatch(/Accepted|Failed publickey/);
    await receiver()('partner', target({ hostKeys: [OTHER_KEY, server.hostKey] }), fileOf(new Uint8Array(3)));
    expect(names()).toContain('people.csv');
  });

  it('that lets nobody in, has no such folder, or is not there: each is said, and nothing of the secret', async () => {
    const run = (change: Partial<SftpTarget>, secret?: object) =>
      failureOf(receiver(secret)('partner', target(change), fileOf(new Uint8Array(3))));
    const other = await startSshd();
    await other.stop();
    const said = [
      await run({}, { privateKey: other.privateKey }),
      await run({}, { password: 'hunter2' }),
      await run({}, {}),
      await run({}, { privateKey: 'no key' }),
      await run({ folder: '/no/such/folder' }),
      await run({ port: other.port }),
    ];
    expect(said.map((text) => text.replace(/^Destination "partner", sftp:\/\/127.0.0.1:\d+: /, ''))).toEqual([
      `user "${server.user}" was not let in: look at its secret`,
      `user "${server.user}" was not let in: look at its secret`,
      'its secret has neither privateKey nor password',
      'privateKey of its secret cannot be read, or its passphrase is wrong',
      expect.stringMatching(/^nothing can be written to .*\(no such file or folder\)$/),
      'there is no connection (ECONNREFUSED)',
    ]);
    expect(said.join()).not.toMatch(/hunter2|PRIVATE KEY|no key/);
  });

  it('is tried step by step: the secret, who signs in, and the folder, in which nothing is left behind', async () => {
    const folder = join(server.folder, 'tried');
    mkdirSync(folder);
    writeFileSync(join(folder, 'no-folder'), '');
    const run = async (change: Partial<SftpTarget> = {}, secret: object = { privateKey: server.privateKey }) => {
      const secrets = async () => JSON.stringify(secret);
      const steps = await createSftpProbe({ secrets, allowPrivate: true })('partner', target({ folder, ...change }));
      return steps.map(({ step, outcome }) => `${step} ${outcome}`);
    };
    expect(await run()).toEqual(['secret ok', 'credentials ok', 'receiver ok', 'permission not-tried']);
    expect(await run({}, {})).toEqual(['secret failed']);
    expect(await run({}, { password: 'hunter2' })).toEqual(['secret ok', 'credentials failed']);
    expect(await run({ hostKeys: [OTHER_KEY] })).toEqual(['secret ok', 'credentials failed']);
    for (const missing of ['none', 'no-folder']) {
      expect(await run({ folder: join(folder, missing) })).toEqual(['secret ok', 'credentials ok', 'receiver failed']);
    }
    expect(names(folder)).toEqual(['no-folder']);
  });

  it('is not reached at a private address, however it is called', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const why = await failureOf(receiver(undefined, false)('partner', target({ host }), fileOf(new Uint8Array(1))));
      expect(why).toContain('there is no connection (ERR_PRIVATE_ADDRESS)');
    }
  });

  it('has the files of an export under their names, also where the first try failed, and once each', async () => {
    const folder = join(server.folder, 'later');
    const written = {
      id: 'partner',
      type: 'sftp',
      host: '127.0.0.1',
      port: server.port,
      user: server.user,
      folder,
      hostKeys: [server.hostKey],
      identity: 'CRMID',
      attributes: ['segmentMembership.status'],
      compression: 'none',
    };
    const exports = createMemoryObjectStore();
    const delivery = profileDelivery({ destinationId: 'partner', identities: [identity('CRMID', 'C-1')] });
    expect(failedIds(await createDeliver({ exports })(sqsEvent([{ id: 'm1', body: delivery }])))).toEqual([]);
    const run = (at: number): Promise<unknown> =>
      createExport({
        catalog: catalogOf(written),
        exports,
        evaluations: { latest: async () => ({}) },
        runStatistics: new MemoryRunStatistics(),
        metrics: fakeMetrics().metrics,
        now: () => at,
        newId: randomUUID,
        receive: (id, to, file) => receiver()(id, to as SftpTarget, file),
      })({ force: true, at });
    expect(await failureOf(run(NOW))).toContain('not exported completely: partner');
    mkdirSync(folder);
    await run(NOW + 5_000);
    await run(NOW + 10_000);
    expect(readdirSync(folder)).toEqual(['partner_segmentA1_20260301100000.csv']);
    expect(readFileSync(join(folder, 'partner_segmentA1_20260301100000.csv'), 'utf8')).toBe(
      'identity,segmentMembership.status,lastQualificationTime\r\nC-1,realized,2026-03-01T10:00:00.000Z\r\n',
    );
    // Nothing of it stays in the bucket of the stage.
    expect((await Array.fromAsync(exports.list(''))).filter((key) => key.startsWith('partner/'))).toEqual([]);
  });

  it('that says nothing is given up in time', async () => {
    const silent = createServer((socket) => void socket.resume());
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const put = createSftpReceiver({
      secrets: async () => JSON.stringify({ password: 'x' }),
      allowPrivate: true,
      newId: randomUUID,
      timeoutMs: 50,
    });
    const { port } = silent.address() as AddressInfo;
    expect(await failureOf(put('partner', target({ port }), fileOf(new Uint8Array(1))))).toContain(
      'there is no session',
    );
    await new Promise((done) => silent.close(done));
  });
});
