import { audiences } from './audiences.ts';
import { data } from './data.ts';
import { destinations } from './destinations.ts';
import { explain } from './explain.ts';
import { overview } from './overview.ts';
import { parts } from './parts.ts';
import { profiles } from './profiles.ts';
import { rules } from './rules.ts';
import { shell } from './shell.ts';

/** Every text of the console, in English, a file for each area. Screens take theirs from here, so that there is one place to translate. */
export const texts = {
  ...shell,
  ...overview,
  ...parts,
  ...audiences,
  ...destinations,
  ...data,
  ...explain,
  ...rules,
  ...profiles,
} as const;
