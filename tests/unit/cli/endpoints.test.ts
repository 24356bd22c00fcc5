import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  knownConnectionKey,
  localConnectionKey,
  localVariables,
  writeLocalVariables,
} from '#cli/local/catalog-variables.ts';
import { localPaths } from '#cli/local/paths.ts';
import { printEndpoints, type StageEndpoints } from '#cli/report/print-endpoints.ts';
import { reachableEndpoint, signedFor } from '#cli/stage/endpoints.ts';
import { keySha256 } from '#core/ingestion/collection/connection.ts';
import { cli } from '#tests/harness/cli.ts';

const FUNCTION_URL = 'https://abc123.lambda-url.us-east-1.on.aws/';

describe('the endpoints of a stage', () => {
  it('are called at their own addresses in AWS, without the slash that only the URL of a function ends in', () => {
    const api = 'https://id.execute-api.eu-central-1.amazonaws.com';
    expect(reachableEndpoint(api)).toEqual({ url: api, headers: {} });
    expect(reachableEndpoint(FUNCTION_URL)).toEqual({ url: FUNCTION_URL.slice(0, -1), headers: {} });
  });

  it('are called through what answers in place of AWS, which is told the function', () => {
    const endpoint = 'http://127.0.0.1:4600';
    expect(reachableEndpoint(FUNCTION_URL, { endpoint, kind: 'ministack' })).toEqual({
      url: `${endpoint}/_aws/lambda-url/abc123`,
      headers: {},
    });
    expect(reachableEndpoint(FUNCTION_URL, { endpoint, kind: 'localstack' })).toEqual({
      url: endpoint,
      headers: { host: 'abc123.lambda-url.us-east-1.on.aws' },
    });
  });

  it('are found behind a host name that is none, as of a LocalStack that names itself by its address', () => {
    const url = 'http://abc123.lambda-url.us-east-1.127.0.0.1:4566/';
    expect(reachableEndpoint(url, { endpoint: 'http://127.0.0.1:4566', kind: 'localstack' })).toEqual({
      url: 'http://127.0.0.1:4566',
      headers: { host: 'abc123.lambda-url.us-east-1.127.0.0.1:4566' },
    });
    expect(signedFor(url)).toBe('us-east-1:lambda');
  });

  it('of profiles are signed for as what they are', () => {
    expect(signedFor('https://id.execute-api.eu-central-1.amazonaws.com')).toBe('eu-central-1:execute-api');
    expect(signedFor(FUNCTION_URL)).toBe('us-east-1:lambda');
  });

  const endpoints: StageEndpoints = {
    stage: 'local',
    collection: { url: 'http://127.0.0.1:4600/c', headers: {} },
    edge: { url: 'http://127.0.0.1:4600/e', headers: {} },
    texts: { url: 'http://127.0.0.1:4600/t', headers: {} },
    batch: { url: 'http://127.0.0.1:4600/b', headers: {} },
    management: { url: 'http://127.0.0.1:4600/m', headers: {} },
    token: { url: 'http://127.0.0.1:4600/i', headers: {} },
    profiles: { url: 'http://127.0.0.1:4600/a', headers: {} },
    destinations: { url: 'http://127.0.0.1:4600/a', headers: {} },
    rejected: { url: 'http://127.0.0.1:4600/r', headers: {} },
    access: { url: 'http://127.0.0.1:4600/a', headers: {}, signedFor: 'us-east-1:lambda', signedBy: 'ID:SECRET' },
    stream: 'the-stream',
    landing: 'the-bucket',
    connections: [{ id: 'shop', datasets: ['web-events'] }],
  };

  it('are shown with a request that can be copied, and with the key only where this machine has it', () => {
    const shown = printEndpoints({ ...endpoints, key: { connection: 'shop', key: 'k3y' } });
    for (const text of ['KEY=k3y', '/collection/shop?syncValidation', 'the-stream', 's3://the-bucket/', 'ID:SECRET']) {
      expect(shown).toContain(text);
    }
    expect(printEndpoints(endpoints)).toContain('KEY=…');
    expect(printEndpoints({ ...endpoints, connections: [] })).toContain('nobody may send records over HTTP');
  });

  it('say which host a request must name where one address leads to all of them', () => {
    const batch = { url: 'http://127.0.0.1:4566', headers: { host: 'b.example' } };
    const shown = printEndpoints({ ...endpoints, batch, collection: { ...batch, headers: { host: 'c.example' } } });
    expect(shown).toContain('-H "Host: c.example"');
    expect(shown).toMatch(/batch\s+Host: b\.example/);
  });
});

describe('the key of this machine', () => {
  const canonicalKey = mkdtempSync(join(tmpdir(), 'tributary-key-'));
  afterAll(() => rmSync(canonicalKey, { recursive: true, force: true }));

  it('is made once, and only its user may read it', () => {
    expect(knownConnectionKey(canonicalKey)).toBeUndefined();
    const key = localConnectionKey(canonicalKey);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect([localConnectionKey(canonicalKey), knownConnectionKey(canonicalKey)]).toEqual([key, key]);
    expect(statSync(localPaths(canonicalKey).connectionKey).mode & 0o077).toBe(0);
  });

  it('goes with the variables of the catalog, which are known again when a catalog is applied', () => {
    expect(localVariables(canonicalKey)).toEqual({});
    writeLocalVariables(canonicalKey, {
      SHOP_KEY_SHA256: keySha256('key'),
      WEBHOOK_URL: 'http://127.0.0.1:4610/webhook',
    });
    expect(localVariables(canonicalKey)).toEqual({
      SHOP_KEY_SHA256: keySha256('key'),
      WEBHOOK_URL: 'http://127.0.0.1:4610/webhook',
    });
  });

  it('is unlike any other, and comes with the digest that the catalog wants', async () => {
    const make = async () => JSON.parse((await cli('source-connection', 'key', '--json')).stdout);
    const made = [await make(), await make()];
    expect(made[0].key).not.toBe(made[1].key);
    for (const { key, keySha256: digest } of made) expect(keySha256(key)).toBe(digest);
  });
});
