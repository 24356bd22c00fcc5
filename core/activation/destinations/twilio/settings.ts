import { z } from 'zod';
import { textSettings } from '#core/activation/texts/settings.ts';
import { apiOrigin } from '#core/activation/vendor-settings.ts';

const sid = (kind: string) =>
  z.string().regex(new RegExp(`^${kind}[0-9a-fA-F]{32}$`), `expected ${kind} and 32 hexadecimal digits`);

/** What Twilio keeps a text in its queue for at most, which it also does if nothing is set: see the README. */
const MAX_VALIDITY_S = 36_000;

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...textSettings,
  type: z.literal('twilio'),
  accountSid: sid('AC'),
  /** Who sends: a messaging service, or a number, short code or alphanumeric sender of the account. */
  sender: z.union([
    z.strictObject({ messagingServiceSid: sid('MG') }),
    z.strictObject({
      from: z
        .string()
        .regex(
          /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/,
          'expected a number, short code or sender id',
        ),
    }),
  ]),
  /** Another region has another address, such as https://api.dublin.ie1.twilio.com. */
  url: apiOrigin.default('https://api.twilio.com'),
  /** `apiKey`: SID and secret of an API key; `account`: SID and auth token of the account. */
  authentication: z.enum(['apiKey', 'account']).default('apiKey'),
  /** For how long Twilio may try to deliver a text, in seconds. */
  validitySeconds: z.int().min(1).max(MAX_VALIDITY_S).optional(),
  /** Where Twilio reports what became of a text: the address of `text-callback` with the id of the destination. */
  statusCallback: z.url({ protocol: /^https$/ }).optional(),
  requestsPerSecond: z.number().min(0.1).max(100).default(1),
});
export type TwilioDestination = z.output<typeof definition>;
