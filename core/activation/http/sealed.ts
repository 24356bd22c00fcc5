import { Buffer } from 'node:buffer';
import stringify from 'safe-stable-stringify';
import { open, seal } from '#core/util/seal.ts';
import type { Credentials } from './credentials.ts';

const PURPOSE = 'tributary tokens';

/** A text that only who has the secret of the destination can read: tokens are as good as the secret, and are stored beside other state. */
export const sealed = (text: string, credentials: Credentials): string =>
  seal(text, stringify(credentials) ?? '', PURPOSE).toString('base64');

/** The text that was sealed, or undefined where it was sealed with another secret, or changed. */
export const opened = (text: string, credentials: Credentials): string | undefined =>
  open(Buffer.from(text, 'base64'), stringify(credentials) ?? '', PURPOSE);
