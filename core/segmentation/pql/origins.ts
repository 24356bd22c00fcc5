import type { Compiled } from './compiled.ts';
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
function placeOf({ eventPaths, attributePaths }: Session, { origin }: Compiled) {
  if (origin === undefined || origin.path.length === 0) return undefined;
  const map = origin.path.indexOf('identityMap');
  return {
    tree: origin.root === 'event' ? eventPaths : attributePaths,
    path: map < 0 ? origin.path : origin.path.slice(0, map + 1),
  };
}
