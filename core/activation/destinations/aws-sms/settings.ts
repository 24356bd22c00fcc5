import { z } from 'zod';
import { externalId, roleArn } from '#core/activation/streams/settings.ts';
import { textSettings } from '#core/activation/texts/settings.ts';

/** What the service keeps a text for at most, which it also does if nothing is set: see the README. */
const MAX_TIME_TO_LIVE_S = 259_200;

/** The service's own limit, and more than anybody has. */
const MAX_KEYWORD = 30;
const MAX_KEYWORDS = 50;

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...textSettings,
  type: z.literal('aws-sms'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as eu-central-1'),
  /** Who sends: the id or ARN of a number, sender id or pool; the service chooses one where it is omitted. */
  originationIdentity: z
    .string()
    .regex(/^[A-Za-z0-9_:/+-]{1,256}$/, 'expected the id or ARN of a number, sender id or pool')
    .optional(),
  messageType: z.enum(['PROMOTIONAL', 'TRANSACTIONAL']).default('PROMOTIONAL'),
  configurationSet: z
    .string()
    .regex(/^[A-Za-z0-9_:/-]{1,256}$/, 'expected the name or ARN of a configuration set')
    .optional(),
  /** What opts out besides STOP and its like, where two-way messages go to the topic of text events: `STOPP`. */
  optOutKeywords: z.array(z.string().trim().min(1).max(MAX_KEYWORD)).max(MAX_KEYWORDS).default([]),
  /** For how long the service may try to deliver a text, in seconds. */
  timeToLiveSeconds: z.int().min(5).max(MAX_TIME_TO_LIVE_S).optional(),
  /** Most that a part may cost, in USD, as `0.05`. */
  maxPrice: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,5})?$/, 'expected dollars such as 0.05')
    .optional(),
  /** To whom `destination test` pretends to send: the service's simulator, if nothing else is set. */
  testNumber: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'expected a number in E.164')
    .default('+14254147755'),
  /** Of the account that sends; without it the stage's own account does, if its delivery function may. */
  roleArn: roleArn.optional(),
  externalId: externalId.optional(),
  requestsPerSecond: z.number().min(0.1).max(1_000).default(1),
});
export type AwsSmsDestination = z.output<typeof definition>;
