/**
 * Surfaces: pages, and places on them, as the SDK names them (docs/personalisation.md, "Where"). A surface of an activity may be a
 * pattern: `*` for any host, `*.` before a domain for the hosts below it, `*` at the end of the path for whatever follows.
 */

const SCHEME = 'web://';
const HOST = /^(?:\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::\d{1,5})?$/;

/** A surface that is asked for, taken apart. */
export interface Surface {
  /** With its port, in lower case. */
  readonly host: string;
  /** Begins with `/`; without one at its end. */
  readonly path: string;
  /** What stands behind `#`: a place on the page; the whole page where there is none. */
  readonly fragment: string | undefined;
}

/** Why a text is no surface that an activity may have; undefined where it is one. */
export function problemOfSurface(text: string): string | undefined {
  if (!text.startsWith(SCHEME)) return 'a surface begins with web://, such as web://www.shop.example/tents';
  const { host, path, fragment } = apart(text);
  if (!HOST.test(host))
    return `"${host}" is no host: a name in lower case such as www.shop.example, *.shop.example or *`;
  const star = path.indexOf('*');
  if (star >= 0 && star < path.length - 1) return 'a "*" stands at the end of the path only';
  if (path.includes('?')) return 'a surface has no query; what stands behind "?" is not part of a page';
  if (fragment === '') return 'nothing stands behind "#": the name of a place on the page, or no "#"';
  return undefined;
}

/** Reads a surface that is asked for. @returns undefined where it is none: nothing is shown there */
export function readSurface(text: string): Surface | undefined {
  if (!text.startsWith(SCHEME)) return undefined;
  const { host, path, fragment } = apart(text);
  return { host: host.toLowerCase(), path: withoutEnd(path), fragment: fragment === '' ? undefined : fragment };
}

/** The surface of a page by its address. @returns undefined where it is no address */
export function surfaceOfPage(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  return host === '' ? undefined : `${SCHEME}${host}${pathname}`;
}

/** Whether an activity with this surface is shown at one that is asked for. */
export type SurfaceTest = (asked: Surface) => boolean;

/** @param text one without a problem */
export function compileSurface(text: string): SurfaceTest {
  const { host, path, fragment } = apart(text);
  const isHost = hostTest(host);
  if (!path.endsWith('*')) {
    const whole = withoutEnd(path);
    return (asked) => asked.path === whole && asked.fragment === fragment && isHost(asked.host);
  }
  const start = path.slice(0, -1);
  // What lies below a page includes the page: `/tents/*` and `/tents`.
  const page = withoutEnd(start);
  return (asked) =>
    (asked.path.startsWith(start) || (start.endsWith('/') && asked.path === page)) &&
    asked.fragment === fragment &&
    isHost(asked.host);
}

/** Whether a surface says one page or place only, so that it can be looked up. */
export const isExact = (text: string): boolean => !text.includes('*');

/** The same for all ways to write one surface. */
export const surfaceKey = ({ host, path, fragment }: Surface): string => `${host}${path}#${fragment ?? ''}`;

function hostTest(host: string): (asked: string) => boolean {
  if (host === '*') return () => true;
  if (!host.startsWith('*.')) return (asked) => asked === host;
  const end = host.slice(1);
  return (asked) => asked.endsWith(end);
}

function apart(text: string): { readonly host: string; readonly path: string; readonly fragment: string | undefined } {
  const rest = text.slice(SCHEME.length);
  const hash = rest.indexOf('#');
  const page = hash < 0 ? rest : rest.slice(0, hash);
  const slash = page.indexOf('/');
  return {
    host: slash < 0 ? page : page.slice(0, slash),
    path: slash < 0 ? '/' : page.slice(slash),
    fragment: hash < 0 ? undefined : rest.slice(hash + 1),
  };
}

const withoutEnd = (path: string): string => {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
};
