import { isHint } from './hints.ts';

export type EdgeAction = 'interact' | 'collect' | 'identity/acquire' | 'privacy/set-consent';

export interface EdgeAddress {
  readonly version: 1 | 2;
  readonly action: EdgeAction;
}

/** `/ee[/{hint}]/v1/{action}`, whatever a stage, or `edgeBasePath`, puts before it. */
const PATH =
  /\/ee(?:\/(?<hint>[a-z0-9]{1,16}))?\/v(?:(?<first>1)|2)\/(?<action>interact|collect|identity\/acquire|privacy\/set-consent)\/?$/;

/**
 * What a call is for, by its path. The hint is the value of a cookie, so only hints that there are lead anywhere.
 * @returns undefined where there is nothing; v2 has `interact` and `collect` only
 */
export function addressOf(path: string): EdgeAddress | undefined {
  const { hint, first, action } = PATH.exec(path)?.groups ?? {};
  if (action === undefined || (hint !== undefined && !isHint(hint))) return undefined;
  const version = first ? 1 : 2;
  if (version === 2 && action.includes('/')) return undefined;
  return { version, action: action as EdgeAction };
}
