import type { ErasedFromItem } from './erase-item.ts';

/** What was taken out of objects. */
export interface ErasedFromObjects {
  readonly objects: number;
  readonly rows: number;
}

/** At least so much was taken away: who dies in between does not count what it had done. */
export interface ErasureCounts {
  readonly profile: ErasedFromItem;
  readonly timelineEntries: number;
  readonly lake: ErasedFromObjects;
  readonly quarantine: ErasedFromObjects;
  readonly exports: ErasedFromObjects;
}

const NO_OBJECTS: ErasedFromObjects = { objects: 0, rows: 0 };

export const NOTHING_ERASED: ErasureCounts = {
  profile: { fragments: 0, events: 0, links: 0 },
  timelineEntries: 0,
  lake: NO_OBJECTS,
  quarantine: NO_OBJECTS,
  exports: NO_OBJECTS,
};

/** The sum of two, name by name. */
export function addErased(x: ErasureCounts, y: Partial<ErasureCounts>): ErasureCounts {
  const { profile = NOTHING_ERASED.profile, timelineEntries = 0 } = y;
  const objects = (name: 'lake' | 'quarantine' | 'exports'): ErasedFromObjects => ({
    objects: x[name].objects + (y[name]?.objects ?? 0),
    rows: x[name].rows + (y[name]?.rows ?? 0),
  });
  return {
    profile: {
      fragments: x.profile.fragments + profile.fragments,
      events: x.profile.events + profile.events,
      links: x.profile.links + profile.links,
    },
    timelineEntries: x.timelineEntries + timelineEntries,
    lake: objects('lake'),
    quarantine: objects('quarantine'),
    exports: objects('exports'),
  };
}
