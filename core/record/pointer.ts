/** Characters of a key that are told; keys are as long as people like. */
const LONGEST_KEY = 256;

/** A key as a step of a JSON pointer. */
export const pointerStep = (key: string | number): string =>
  `/${String(key).slice(0, LONGEST_KEY).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
