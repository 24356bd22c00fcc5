import type { LinkHistory } from './link-history.ts';
import type { Link } from './linking-rules.ts';

/**
 * The link history without what one dataset has asserted; the same object where it has asserted nothing. A link that others
 * asserted as well stays. Of links that are no longer replayed it is known who asserted them, not what they displaced.
 */
export function withoutSource(linkHistory: LinkHistory, source: string): LinkHistory {
  const isOther = ({ source: by, unlinking }: LinkHistory['assertions'][number]): boolean =>
    unlinking !== undefined || by !== source;
  const names = (link: Link): boolean => link.source === source || link.alsoFrom?.includes(source) === true;
  if (linkHistory.assertions.every(isOther) && !linkHistory.condensed.some(names)) return linkHistory;
  return {
    ...linkHistory,
    assertions: linkHistory.assertions.filter(isOther),
    condensed: linkHistory.condensed.flatMap((link) => (names(link) ? assertedByOthers(link, source) : [link])),
  };
}

/** A link as the other datasets have asserted it; none where there are no others. */
export function assertedByOthers({ alsoFrom = [], claims = {}, ...link }: Link, gone: string): Link[] {
  const [source, ...others] = [link.source, ...alsoFrom].filter((by) => by !== gone);
  if (source === undefined) return [];
  const { [gone]: _gone, ...left } = claims;
  const isClaimed = Object.keys(left).length > 0;
  return [{ ...link, source, ...(others.length > 0 && { alsoFrom: others }), ...(isClaimed && { claims: left }) }];
}

/** Whether a dataset has asserted any of it. */
export const hasSource = (linkHistory: LinkHistory, source: string): boolean =>
  withoutSource(linkHistory, source) !== linkHistory;
