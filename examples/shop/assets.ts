import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '#cli/root.ts';

const HERE = import.meta.dirname;

/** The code of the pages: browsers are given what the sources say, without the types. */
const SCRIPTS = ['before-sdk', 'page', 'events', 'consent', 'panel', 'calls', 'elements'];

export interface Asset {
  readonly type: string;
  readonly content: string | Buffer;
}

/** Files that pages load; nothing else of the folder can be asked for. */
export function findAsset(name: string): Asset | undefined {
  if (name === 'alloy.js') return { type: 'text/javascript', content: SDK() };
  if (name === 'shop.css') return { type: 'text/css', content: readFileSync(join(HERE, 'shop.css')) };
  if (name === 'icon.svg') return { type: 'image/svg+xml', content: ICON };
  if (name === 'page-data.ts') return { type: 'text/javascript', content: scriptAt('page-data.ts') };
  const script = SCRIPTS.find((one) => name === `${one}.ts`);
  return script === undefined ? undefined : { type: 'text/javascript', content: scriptAt('browser', `${script}.ts`) };
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#1a6b3c" d="M1 14 8 2l7 12z"/></svg>';

/** The Web SDK as npm has it, byte for byte. */
const SDK = (): Buffer => readFileSync(join(projectRoot, 'node_modules/@adobe/alloy/dist/alloy.min.js'));

const scriptAt = (...path: string[]): string => stripTypeScriptTypes(readFileSync(join(HERE, ...path), 'utf8'));
