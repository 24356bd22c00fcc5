import { createHmac } from 'node:crypto';
import type { SentTexts } from '../ports/sent-texts.ts';

/** As many characters as keys have without. */
const LENGTH = 32;

/**
 * The same, kept under keyed hashes (HMAC-SHA256): who has the entries, but not the key of the stage, can't tell whether a
 * number is among them, or when somebody was texted.
 *
 * What was written before there was such a key is still looked at, and settled: docs/operations/upgrade.md says until when.
 * @param secret of the stage
 */
export function keyedTexts(sent: SentTexts, secret: () => Promise<string>): SentTexts {
  const hashed = async (...names: readonly string[]): Promise<string[]> => {
    const key = await secret();
    return names.map((name) => createHmac('sha256', key).update(name).digest('base64url').slice(0, LENGTH));
  };
  return {
    get: async (keys) => sent.get([...(await hashed(...keys)), ...keys]),
    claim: async ({ keys, person, ...claim }) => {
      const [whose, ...which] = await hashed(person, ...keys);
      return sent.claim({ ...claim, keys: which, person: whose! });
    },
    reject: async ({ keys, person, ...claim }) => {
      const [whose, ...which] = await hashed(person, ...keys);
      await sent.reject({ ...claim, keys: which, person: whose! });
    },
    settle: async (keys, state) => sent.settle([...(await hashed(...keys)), ...keys], state),
  };
}
