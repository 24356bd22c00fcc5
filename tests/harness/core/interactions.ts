import { tokenOf } from '#core/personalisation/items.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { event } from './factories.ts';

/** An event that says something, of a device and perhaps a person; the first identity is the primary one. */
export function spoken(
  id: string,
  time: number,
  identities: readonly string[],
  entity: Record<string, unknown>,
): AcceptedRecord {
  return { ...event(time, identities, entity), id };
}

/** What the SDK sends when something was shown (`display`) or clicked (`interact`). */
export const interaction = (
  kind: 'display' | 'interact',
  ...shown: readonly (readonly [activity: string, experience: string])[]
): Record<string, unknown> => ({
  eventType: kind === 'display' ? 'decisioning.propositionDisplay' : 'decisioning.propositionInteract',
  _experience: {
    decisioning: {
      propositionEventType: { [kind]: 1 },
      propositions: shown.map(([activity, experience]) => ({
        id: `${activity}:${experience}`,
        scope: 'hero',
        scopeDetails: {
          activity: { id: activity },
          experience: { id: experience },
          characteristics: { eventToken: tokenOf({ activity, experience }) },
        },
      })),
    },
  },
});
