import type { Span } from '../ast.ts';
import type { Compiled, Origin } from './compiled.ts';
import type { Session } from './scope.ts';

/** Records that all of a value is needed, so that events keep it. */
export function consume(session: Session, compiled: Compiled): Compiled {
  const place = placeOf(session, compiled);
  place?.tree.add(place.path);
  if (compiled.type === 'profile') session.facts.wholeProfile = true;
  return compiled;
}

/** Records that a list is gone through: that it is there and how long it is, not what is in it. */
export function touch(session: Session, compiled: Compiled): Compiled {
  const place = placeOf(session, compiled);
  if (place?.path.includes('identityMap')) place.tree.add(place.path);
  else place?.tree.touch(place.path);
  return compiled;
}

/** Namespace codes come in any spelling of upper and lower case, so an `identityMap` is always kept as a whole. */
function placeOf(session: Session, { origin }: Compiled) {
  if (origin === undefined || origin.path.length === 0) return undefined;
  if (origin.at && origin.path.length < 3) rejectMembership(session, origin, origin.at, 1);
  const { eventPaths, attributePaths, lookupPaths } = session;
  const map = origin.path.indexOf('identityMap');
  return {
    tree:
      origin.canonicalKey === 'event'
        ? eventPaths
        : origin.canonicalKey === 'profile'
          ? attributePaths
          : lookupPaths(origin.canonicalKey.entity),
    path: map < 0 ? origin.path : origin.path.slice(0, map + 1),
  };
}

/**
 * Memberships are worked out, they are no data that a rule could read: `segmentMembership.ups.gold.status` would be null
 * for everybody. Those in Audience Manager's segments are read; whoever has some gets them by the batch job.
 * @param from how many names have to be known to tell
 */
export function rejectMembership(session: Session, origin: Origin | undefined, at: Span, from = 3): void {
  if (origin?.canonicalKey !== 'profile' || origin.path[0] !== 'segmentMembership' || origin.path.length < from) return;
  const [, namespace, id] = origin.path;
  if (namespace?.toLowerCase() === 'aam') return;
  session.fail('memberships are no attributes that a rule can read', at, `inSegment("${id ?? 'id'}")`);
}
