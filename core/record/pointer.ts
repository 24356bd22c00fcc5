/** Characters of a key that are told; keys are as long as people like. */
const MAX_KEY_LENGTH = 256;

/** A key as a step of a JSON pointer. */
export const pointerStep = (key: string | number): string =>
  `/${String(key).slice(0, MAX_KEY_LENGTH).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
