import type { RequestDestination, TextRow } from '#core/activation/destination-type.ts';
import { textRows } from '#core/activation/texts/rows.ts';
import { textDeclaration } from '#core/activation/texts/settings.ts';
import { awsSmsAnswer, awsSmsProbed } from './answers.ts';
import { awsSmsProbe, awsSmsRequest } from './requests.ts';
import { type AwsSmsDestination, definition } from './settings.ts';

/** AWS End User Messaging SMS: a text to everybody who enters an audience, once. */
export const awsSms = {
  ...textDeclaration,
  name: 'aws-sms',
  title: 'AWS End User Messaging SMS',
  summary: 'A text to everybody who enters an audience, once; never to those who were members before.',
  definition,
  example: {
    id: 'texts',
    region: 'eu-central-1',
    originationIdentity: 'pool-0123456789abcdef0123456789abcdef',
    configurationSet: 'tributary',
    template: '{{person.name.firstName|Hello}}, your basket is waiting. Reply STOP to end.',
    quietHours: { from: '21:00', to: '08:00' },
    timeZone: 'Europe/Berlin',
    optOuts: { dataset: 'sms-opt-outs' },
    roleArn: 'arn:aws:iam::111122223333:role/tributary-texts',
    externalId: 'texts-1',
  },
  setUp: [
    'Ask for a number, sender id or pool in each country that you send to, and have the account taken out of the sandbox, which reaches verified numbers only.',
    'In the account that sends, create a role whose name begins with "tributary-": it may sms-voice:SendTextMessage with the pool and configuration set, and trusts the role of the delivery function, with an external id.',
    'Make a dataset for opt-outs, of a schema with `identityMap` and `consents`, and name it under `optOuts`: docs/destinations/texts.md.',
    'Have what becomes of texts, and two-way messages, published on the topic of the stage that `tributary endpoints` prints; `textEventAccounts` in its file has to have the account.',
  ],
  credentials: {},
  limits: ({ requestsPerSecond }) => ({ rows: 1, perSecond: requestsPerSecond }),
  authentication: ({ region, roleArn, externalId }) => ({
    type: 'aws',
    service: 'sms-voice',
    region,
    roleArn,
    externalId,
  }),
  rows: textRows,
  request: (_call, [row], destination) => awsSmsRequest(row!, destination),
  answer: (outcome) => awsSmsAnswer(outcome),
  texts: {},
  probe: awsSmsProbe,
  probed: awsSmsProbed,
} satisfies RequestDestination<AwsSmsDestination, null, TextRow>;
