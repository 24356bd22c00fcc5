/** A place in the list of a profile's events, which are in the order of their time and then of their record's id. */
export interface Place {
  /** Epoch ms. */
  readonly time: number;
  readonly id: string;
}

/**
 * A token names the last event that was shown. It is a place and not a number of events, so what arrives, expires or is
 * deleted meanwhile moves nothing: every event that stays is shown once, and none twice.
 */
export const tokenOf = ({ time, id }: Place): string => `${time}.${id}`;

const TOKEN = /^(?<time>-?\d{1,16})\.(?<id>[\w-]{1,64})$/;

/** @returns undefined where the text is no token */
export function parseToken(token: string): Place | undefined {
  const { time, id } = TOKEN.exec(token)?.groups ?? {};
  return time === undefined || id === undefined ? undefined : { time: Number(time), id };
}

/** The order in which events are paged: by time, then by id. */
export const comparePlaces = (x: Place, y: Place): number =>
  x.time - y.time || (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);
