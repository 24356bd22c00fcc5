import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { awsSmsRequest } from '#core/activation/destinations/aws-sms/requests.ts';
import { definition } from '#core/activation/destinations/aws-sms/settings.ts';
import { createOptOutRecorder } from '#core/activation/texts/opt-out.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { createHandler } from '#lambdas/functions/text-events/handler.ts';
import { catalogOf, NOW } from './factories.ts';

const KEY = 'k'.repeat(32);
const AWS = {
  id: 'texts',
  type: 'aws-sms',
  region: 'eu-central-1',
  template: 'Hello',
  optOuts: { dataset: 'opt-outs' },
};

/** As AWS's documentation shows them. */
const ANSWER = {
  originationNumber: '+14255550182',
  destinationNumber: '+12125550101',
  messageKeyword: 'JOIN',
  messageBody: 'EXAMPLE',
  inboundMessageId: 'cae173d2-66b9-564c-8309-21f858e9fb84',
  previousPublishedMessageId: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const STATUS = {
  eventType: 'TEXT_DELIVERED',
  eventVersion: '1.0',
  eventTimestamp: NOW,
  isFinal: true,
  originationPhoneNumber: '+12125550101',
  destinationPhoneNumber: '+14255550182',
  messageId: 'bd1c6a4e',
  messageType: 'PROMOTIONAL',
  messageStatus: 'DELIVERED',
  context: { segment: 'A1', text: KEY },
};

function world(...more: readonly object[]) {
  const records: { readonly dataset: string; readonly number: string; readonly consent: object }[] = [];
  const sent = new MemorySentTexts();
  const catalog = catalogOf(AWS, ...(more as [typeof AWS]));
  let room = true;
  const stream = {
    put: async (all: readonly { readonly data: Uint8Array }[]) => {
      if (!room) return new Set([0]);
      for (const { data } of all) {
        const { header, body } = JSON.parse(Buffer.from(data).toString('utf8'));
        const [[{ id: number }]] = Object.values(body.xdmEntity.identityMap) as [[{ id: string }]];
        records.push({ dataset: header.datasetId, number, consent: body.xdmEntity.consents.marketing.sms });
      }
      return new Set<number>();
    },
  };
  const handler = createHandler({ catalog, sent, recordOptOut: createOptOutRecorder({ catalog, stream }) });
  const published = (...messages: readonly (object | string)[]) =>
    handler({
      Records: messages.map((message, n) => ({
        messageId: `m-${n}`,
        body: typeof message === 'string' ? message : JSON.stringify(message),
        attributes: { SentTimestamp: String(NOW - 60_000) },
      })),
    } as unknown as SQSEvent);
  const full = (isFull: boolean): void => {
    room = !isFull;
  };
  return { records, sent, published, full };
}

describe('what AWS publishes about texts', () => {
  it.each([
    { ...ANSWER, messageBody: ' stop ' },
    { ...ANSWER, messageBody: 'Stop it, please', messageKeyword: 'STOP' },
    { ...ANSWER, messageBody: 'Opt-out' },
    { ...ANSWER, messageBody: 'ARRET', messageKeyword: undefined },
  ])('makes a record of somebody who wants no texts any more, as of when it was published: %j', async (answer) => {
    const { published, records } = world();
    expect(await published(answer)).toEqual({ batchItemFailures: [] });
    const time = new Date(NOW - 60_000).toISOString();
    expect(records).toEqual([
      { dataset: 'opt-outs', number: '+14255550182', consent: { val: 'n', time, reason: 'STOP' } },
    ]);
  });

  it('makes one in each dataset that destinations have for it, and of the words that they name', async () => {
    const { published, records } = world(
      { ...AWS, id: 'more', optOutKeywords: ['Stopp'] },
      { ...AWS, id: 'other', optOuts: { dataset: 'others', namespace: 'Phone' } },
    );
    await published({ ...ANSWER, messageBody: 'STOPP' });
    expect(records.map(({ dataset }) => dataset)).toEqual(['opt-outs', 'others']);
  });

  it.each([
    ANSWER,
    { ...ANSWER, messageBody: 'STOPP' },
    { ...ANSWER, messageBody: 'Please do not stop' },
    { ...ANSWER, messageBody: 'START', messageKeyword: 'START' },
    { ...ANSWER, originationNumber: 'RIVERBEND', messageBody: 'STOP' },
    { ...ANSWER, originationNumber: 42, messageBody: 'STOP' },
    { ...STATUS, eventType: 'VOICE_ANSWERED' },
    'no JSON',
    '"STOP"',
    'null',
    '',
  ])('makes nothing of anything else: %j', async (message) => {
    const { published, records, sent } = world();
    expect(await published(message)).toEqual({ batchItemFailures: [] });
    expect(records).toEqual([]);
    expect(await sent.get([KEY])).toBeUndefined();
  });

  it.each(['TEXT_DELIVERED', 'TEXT_SUCCESSFUL', 'TEXT_BLOCKED', 'TEXT_TTL_EXPIRED'])(
    'settles a text of which nobody knew whether it was taken: %s',
    async (eventType) => {
      const { published, records, sent } = world();
      await sent.claim({ keys: [KEY], person: 'p', day: '2026-03-01', perDay: 1, at: NOW, expiresAt: NOW + 1 });
      await sent.settle([KEY], 'unknown');
      await published({ ...STATUS, eventType, context: undefined }, { ...STATUS, eventType, context: { text: 'x' } });
      expect(await sent.get([KEY])).toMatchObject({ state: 'unknown' });
      await published({ ...STATUS, eventType }, { ...STATUS, eventType });
      expect(await sent.get([KEY])).toMatchObject({ state: 'sent' });
      expect(records).toEqual([]);
    },
  );

  it('says which text it is about by what went along with that', async () => {
    const { published, sent } = world();
    const destination = definition.parse({ ...AWS, segments: ['A1'] });
    const { body } = awsSmsRequest({ to: '+14255550182', body: 'Hello', segmentId: 'A1', key: KEY }, destination);
    const { Context: context } = JSON.parse(body) as { readonly Context: object };
    await sent.claim({ keys: [KEY], person: 'p', day: '2026-03-01', perDay: 1, at: NOW, expiresAt: NOW + 1 });
    await published({ ...STATUS, context });
    expect(await sent.get([KEY])).toMatchObject({ state: 'sent' });
  });

  it('comes again where the stream has no room for a record, and nothing else does', async () => {
    const { published, records, full } = world();
    full(true);
    const stop = { ...ANSWER, messageBody: 'STOP' };
    expect(await published(STATUS, stop, ANSWER)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    full(false);
    expect(await published(stop)).toEqual({ batchItemFailures: [] });
    expect(records).toHaveLength(1);
  });
});
