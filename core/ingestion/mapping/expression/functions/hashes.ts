import { hash } from 'node:crypto';
import type { EagerFunction, Functions } from '../function.ts';
import { TEXT } from '../types.ts';
import type { Budget } from '../values.ts';

const hashing = (algorithm: 'sha256' | 'sha512'): EagerFunction => ({
  parameters: [{ name: 'text', takes: 'text' }],
  result: TEXT,
  make:
    ({ budget }) =>
    ([text]) => {
      budget.spend((text as string).length);
      return hash(algorithm, text as string);
    },
});

/** Names of this product's mappings in UUIDs of version 5. */
const NAMESPACE = Buffer.from('b1e0f8b2c5d94f3a9a7e6d2c41f07a55', 'hex');

/** The UUID of version 5 (RFC 9562) of a name: the same for the same name, wherever and whenever it is made. */
function uuidOf(name: string): string {
  const bytes = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'buffer').subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const uuid: EagerFunction = {
  parameters: [{ name: 'text', takes: 'text' }],
  repeats: 1,
  result: TEXT,
  make: ({ budget }) => {
    return (args) => {
      spendAll(args as readonly string[], budget);
      return uuidOf(args.length === 1 ? (args[0] as string) : JSON.stringify(args));
    };
  },
};

const spendAll = (texts: readonly string[], budget: Budget): void =>
  budget.spend(texts.reduce((length, text) => length + text.length, 0));

export const HASH_FUNCTIONS: Functions = { sha256: hashing('sha256'), sha512: hashing('sha512'), uuid, guid: uuid };
