import type { LaneAssignments } from '#core/activation/lanes.ts';
import { poolLane } from '#core/contract/delivery-lanes.ts';

/** The delivery lanes of a stage in memory, with the secrets of who has one. */
export function createMemoryLanes(size = 20) {
  let [version, assignments]: [number, LaneAssignments] = [0, {}];
  const on = new Set<string>();
  const messages = new Map<string, number>();
  const secrets = new Map<string, Readonly<Record<string, string>>>();
  const forgotten = new Set<string>();
  const paused = new Set<string>();
  return {
    /** What a test looks at, and changes. */
    on,
    messages,
    secrets,
    forgotten,
    paused,
    assigned: () => assignments,
    deps: {
      assignments: {
        get: async () => ({ version, assignments }),
        put: async (known: number, next: LaneAssignments) => {
          if (known !== version) return false;
          [version, assignments] = [version + 1, next];
          return true;
        },
      },
      pool: {
        size,
        messages: async (lane: string) => ({ waiting: messages.get(lane) ?? 0, deadLetters: 0 }),
        switches: async () =>
          Array.from({ length: size }, (_, n) => poolLane(n + 1)).map((lane) => ({
            lane,
            isOn: on.has(lane),
            turn: async (isOn: boolean) => void (isOn ? on.add(lane) : on.delete(lane)),
          })),
      },
      secrets: {
        create: async (id: string, keys: Readonly<Record<string, string>> = {}) => {
          forgotten.delete(id);
          const isGiven = Object.keys(keys).length > 0;
          if (isGiven || !secrets.has(id)) secrets.set(id, { signingKey: `made for ${id}`, ...keys });
        },
        forget: async (id: string) => void forgotten.add(id),
        markTexting: async () => {},
      },
      fixed: new Set<string>(),
      isPaused: async (id: string) => paused.has(id),
    },
  };
}
