import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Where the local cloud keeps what it writes: all of it under `.local` of the checkout, none of it in version control. */
export interface LocalPaths {
  readonly base: string;
  readonly ministack: {
    readonly base: string;
    readonly venv: string;
    readonly run: string;
    readonly state: string;
    readonly log: string;
    readonly installLog: string;
  };
  readonly sink: { readonly base: string; readonly state: string; readonly requests: string; readonly log: string };
  /** `upstreams`: where the functions are that the gateway leads to. */
  readonly gateway: { readonly base: string; readonly state: string; readonly upstreams: string; readonly log: string };
  /** `identityKey`: the key with which the example shop signs who has logged in. */
  readonly shop: { readonly base: string; readonly state: string; readonly identityKey: string; readonly log: string };
  /** `onceTokens`: of addresses that sign in once; `client`: as whom the console calls the stage. */
  readonly console: { readonly onceTokens: string; readonly client: string };
  readonly assembly: string;
  readonly deployLog: string;
  readonly deployRecord: string;
  readonly outputs: string;
  /** The key that this machine shows the example's source connection. */
  readonly connectionKey: string;
  /** What `npm start` has set the variables of the catalog to. */
  readonly catalogVariables: string;
  readonly cdkHome: string;
}

export function localPaths(root: string): LocalPaths {
  // One spelling, whatever link led here: processes are recognised by these paths.
  const base = join(existsSync(root) ? realpathSync(root) : root, '.local');
  const ministack = join(base, 'ministack');
  const sink = join(base, 'sink');
  const gateway = join(base, 'gateway');
  const shop = join(base, 'shop');
  return {
    base,
    ministack: {
      base: ministack,
      venv: join(ministack, 'venv'),
      run: join(ministack, 'run'),
      state: join(ministack, 'state.json'),
      log: join(ministack, 'ministack.log'),
      installLog: join(ministack, 'install.log'),
    },
    sink: {
      base: sink,
      state: join(sink, 'state.json'),
      requests: join(sink, 'requests.ndjson'),
      log: join(sink, 'sink.log'),
    },
    gateway: {
      base: gateway,
      state: join(gateway, 'state.json'),
      upstreams: join(gateway, 'upstreams.json'),
      log: join(gateway, 'gateway.log'),
    },
    shop: {
      base: shop,
      state: join(shop, 'state.json'),
      identityKey: join(shop, 'identity-key.json'),
      log: join(shop, 'shop.log'),
    },
    console: { onceTokens: join(base, 'console', 'once-tokens'), client: join(base, 'console', 'client.json') },
    assembly: join(base, 'cdk.out'),
    deployLog: join(base, 'deploy.log'),
    deployRecord: join(base, 'deploy.json'),
    outputs: join(base, 'outputs.json'),
    connectionKey: join(base, 'connection-key'),
    catalogVariables: join(base, 'catalog-variables.json'),
    cdkHome: join(base, 'cdk-home'),
  };
}

/** The folder with the pinned Node of the project, or of whatever runs this when it is not installed. */
export function nodeBinDirectory(root: string): string {
  const pinned = join(root, 'node_modules', 'node', 'bin');
  return existsSync(join(pinned, 'node')) ? pinned : join(process.execPath, '..');
}
