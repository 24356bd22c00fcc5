/** Makes instants before 1970 positive, so that their texts are in their order. */
const BEFORE_ALL = 8_640_000_000_000_000;
const DIGITS = 17;

/** A text that is larger the later the instant; of one instant, the larger `tieBreaker`. @param time epoch ms */
export const versionAt = (time: number, tieBreaker = ''): string =>
  `${String(time + BEFORE_ALL).padStart(DIGITS, '0')}|${tieBreaker}`;
