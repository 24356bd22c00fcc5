/** Lengths of time; those in ms are of the kind that is added to an instant. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** Of UTC, which has no days of another length. */
export const DAY_MS = 24 * HOUR_MS;
export const DAY_S = DAY_MS / 1_000;
