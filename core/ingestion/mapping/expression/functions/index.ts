import type { Functions } from '../function.ts';
import { DATE_FUNCTIONS } from './dates.ts';
import { HASH_FUNCTIONS } from './hashes.ts';
import { LIST_FUNCTIONS } from './lists.ts';
import { LOGIC_FUNCTIONS } from './logic.ts';
import { NUMBER_FUNCTIONS } from './numbers.ts';
import { OBJECT_FUNCTIONS } from './objects.ts';
import { PATTERN_FUNCTIONS } from './patterns.ts';
import { TEXT_FUNCTIONS } from './text.ts';
import { URL_FUNCTIONS } from './urls.ts';

/** All functions of expressions by their names: Adobe's, and a few of our own (docs/ingestion/mapping.md). */
export const FUNCTIONS: Functions = {
  ...TEXT_FUNCTIONS,
  ...PATTERN_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...HASH_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...OBJECT_FUNCTIONS,
  ...URL_FUNCTIONS,
  ...LOGIC_FUNCTIONS,
};

/** Functions that Adobe has and a mapping here has not, and why. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  now: 'a record has to give the same whenever it is read; use a date of the record',
  timestamp: 'a record has to give the same whenever it is read; use a date of the record',
  md5: 'it is broken; use sha256',
  sha1: 'it is broken; use sha256',
  crc32: 'it tells too little apart; use sha256',
  contains_key: 'compare the field with null: person.name != null',
  is_set: 'compare the field with null: person.name != null',
};
