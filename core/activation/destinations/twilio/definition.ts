import type { RequestDestination, TextRow } from '#core/activation/destination-type.ts';
import { textRows } from '#core/activation/texts/rows.ts';
import { textDeclaration } from '#core/activation/texts/settings.ts';
import { twilioAnswer, twilioFound, twilioProbed } from './answers.ts';
import { findRequest, probeRequest, twilioRequest } from './requests.ts';
import { definition, type TwilioDestination } from './settings.ts';

/** Twilio Messaging: a text to everybody who enters an audience, once. */
export const twilio = {
  ...textDeclaration,
  name: 'twilio',
  title: 'Twilio SMS',
  summary: 'A text to everybody who enters an audience, once; never to those who were members before.',
  definition,
  example: {
    id: 'texts',
    accountSid: 'AC00000000000000000000000000000001',
    sender: { messagingServiceSid: 'MG00000000000000000000000000000001' },
    template: '{{person.name.firstName|Hello}}, your basket is waiting. Reply STOP to end.',
    quietHours: { from: '21:00', to: '08:00' },
    timeZone: 'Europe/Berlin',
    optOuts: { dataset: 'sms-opt-outs' },
  },
  setUp: [
    'Make a messaging service with a sender for each country that you send to; traffic to the USA needs a registered campaign (A2P 10DLC) or a verified toll-free number.',
    'Make an API key of the account, a standard one or a restricted one that may create and read messages, and put its SID and secret into the secret.',
    'Make a dataset for opt-outs, of a schema with `identityMap` and `consents`, and name it under `optOuts`: docs/destinations/texts.md.',
    'Have the messaging service post incoming messages to the address of `text-callback`, set `statusCallback` to it, and put the auth token of the account into the secret: it signs what Twilio posts.',
  ],
  credentials: {
    apiKeySid: 'SID of an API key, with `authentication: apiKey`',
    apiKeySecret: 'its secret',
    accountSid: 'SID of the account, with `authentication: account`',
    authToken: 'its auth token: with `authentication: account`, and for what Twilio posts to `text-callback`',
  },
  limits: ({ requestsPerSecond }) => ({ rows: 1, perSecond: requestsPerSecond }),
  authentication: ({ authentication }) =>
    authentication === 'apiKey'
      ? { type: 'basic', user: 'apiKeySid', password: 'apiKeySecret' }
      : { type: 'basic', user: 'accountSid', password: 'authToken' },
  rows: textRows,
  request: (_call, [row], destination) => twilioRequest(row!, destination),
  answer: (outcome) => twilioAnswer(outcome),
  texts: {
    find: {
      request: (row, _since, destination) => findRequest(row, destination),
      found: twilioFound,
    },
  },
  probe: probeRequest,
  probed: twilioProbed,
} satisfies RequestDestination<TwilioDestination, null, TextRow>;
