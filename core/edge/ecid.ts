import { hash } from 'node:crypto';

const DIGITS = 38;
const BELOW = 10n ** BigInt(DIGITS);
/** Enough that cutting them to 38 digits favours no number. */
const RANDOM_BYTES = 24;

const FORM = /^\d{38}$/;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of an ECID: 38 decimal digits. */
export const isEcid = (text: string): boolean => FORM.test(text);

/** Whether it is an id that a site may have made for a device (FPID): a UUID of version 4. */
export const isFpid = (text: string): boolean => UUID_V4.test(text);

/** A new ECID. @param random gives as many random bytes as it is asked for */
export const newEcid = (random: (bytes: number) => Uint8Array): string => digitsOf(random(RANDOM_BYTES));

/**
 * The ECID of a device that the site knows by an id of its own: always the same one for the same organisation.
 * @param fpid see {@link isFpid}; in whatever case
 */
export const ecidOfFpid = (fpid: string, orgId: string): string =>
  digitsOf(Buffer.from(hash('sha256', `FPID|${orgId}|${fpid.toLowerCase()}`, 'hex'), 'hex').subarray(0, RANDOM_BYTES));

const digitsOf = (bytes: Uint8Array): string =>
  (BigInt(`0x${Buffer.from(bytes).toString('hex')}`) % BELOW).toString().padStart(DIGITS, '0');
