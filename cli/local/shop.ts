import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type BackgroundServer, endServer, startServer } from './background.ts';
import { withLock } from './lock.ts';
import { localPaths } from './paths.ts';

/** The datastream that the pages of the example shop call. */
export const SHOP_DATASTREAM = 'shop-web';

const PREFERRED_PORT = 4630;
/** Nobody but this machine. */
const HOST = '127.0.0.1';
const MAIN = fileURLToPath(new URL('../../examples/shop/main.ts', import.meta.url));

/** The example shop, as a server in the background. */
export function shopServer(root: string): BackgroundServer {
  const { identityKey, ...paths } = localPaths(root).shop;
  return {
    name: 'The shop',
    main: MAIN,
    args: [],
    marker: identityKey,
    paths,
    host: HOST,
    ports: [PREFERRED_PORT],
    selfPath: '/_shop',
  };
}

/**
 * The example shop in front of the local stage: anew at each start, at the port of the earlier one. Where the catalog has no
 * datastream for it there is none, and the one of an earlier start ends.
 * @param gatewayUrl where its pages call the edge
 * @returns its address: by name, so that for a browser it is another site than the edge
 */
export async function startShop(
  root: string,
  gatewayUrl: string,
  { datastreams = [] }: Pick<Catalog, 'datastreams'>,
): Promise<string | undefined> {
  const { base, shop } = localPaths(root);
  return withLock(join(base, 'shop.lock'), async () => {
    const server = shopServer(root);
    const datastream = datastreams.find(({ id }) => id === SHOP_DATASTREAM);
    if (!datastream) return void (await endServer(server));
    shopIdentityKey(root);
    const args = [shop.identityKey, gatewayUrl, datastream.orgId];
    // It reads profiles of the stage, as commands do.
    const { port } = await startServer(root, { ...server, args, env: process.env });
    return `http://localhost:${port}`;
  });
}

/** The public key of the pair with which the shop of this machine signs who has logged in; made once, for its user only. */
export function shopIdentityKey(root: string): string {
  const { identityKey } = localPaths(root).shop;
  if (!existsSync(identityKey)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    mkdirSync(dirname(identityKey), { recursive: true });
    writeFileSync(identityKey, JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 });
  }
  return (JSON.parse(readFileSync(identityKey, 'utf8')) as { x: string }).x;
}
