/** Of an audience, as the stage tells it: null where it was not counted. */
export interface Counted {
  readonly members: number;
  readonly sizes: readonly (number | null)[];
}

export interface Size {
  readonly members: number;
  /** Of the last 30 days, oldest first. */
  readonly trend: readonly number[];
  /** Undefined where it was not counted a day ago. */
  readonly sinceYesterday: number | undefined;
}

export function sizeOf({ members, sizes }: Counted): Size {
  const trend = sizes.filter((size) => size !== null);
  const yesterday = sizes.at(-1) ?? undefined;
  return { members, trend, sinceYesterday: yesterday === undefined ? undefined : members - yesterday };
}
