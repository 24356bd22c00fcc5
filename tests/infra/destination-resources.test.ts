import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resourcesOfType } from '#tests/harness/poller/template.ts';
import { stagesWithLanes, synthesise } from './stages.ts';

const OF = 'eu-central-1:111122223333';
const STREAM = `arn:aws:kinesis:${OF}:stream/audiences`;
const QUEUE = `arn:aws:sqs:${OF}:audiences.fifo`;
const BUS = `arn:aws:events:${OF}:event-bus/audiences`;
const POOL = `arn:aws:sms-voice:${OF}:pool/pool-0123456789abcdef`;
const KEY = `arn:aws:kms:${OF}:key/0a1b2c3d-0000-0000-0000-000000000000`;

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

describe('streams, queues and buses that the stage names', () => {
  const folder = stagesWithLanes(2);
  afterAll(() => rmSync(folder, { recursive: true }));
  const named = (...arns: readonly string[]) => {
    appendFileSync(join(folder, 'dev.yaml'), `\ndestinationResources: ${JSON.stringify(arns)}\n`);
    return synthesise('dev', { folder });
  };

  it('may be put to by the functions that deliver requests, and by no other', () => {
    const policies = resourcesOfType(named(STREAM, QUEUE, BUS, KEY, POOL), 'AWS::IAM::Policy');
    const grants = policies.flatMap(({ logicalId, properties }) =>
      (properties.PolicyDocument as { Statement: readonly Statement[] }).Statement.flatMap(({ Action, Resource }) =>
        // Several resources of one action stand together.
        [Resource]
          .flat()
          .flatMap((which) =>
            [STREAM, QUEUE, BUS, KEY, POOL].includes(which as string)
              ? [{ who: logicalId.replace(/Role.*$/, ''), what: [Action].flat().join(), which }]
              : [],
          ),
      ),
    );
    const who = [...new Set(grants.map((grant) => grant.who))].sort();
    // One for the pool, and one for each destination with a line of its own.
    expect(who).toEqual(['Deliver', expect.stringMatching(/^webhookDeliver/)]);
    expect(
      Object.fromEntries(grants.filter((grant) => grant.who === 'Deliver').map(({ what, which }) => [which, what])),
    ).toEqual({
      [STREAM]: 'kinesis:PutRecords',
      [QUEUE]: 'sqs:SendMessage',
      [BUS]: 'events:PutEvents',
      [KEY]: 'kms:Decrypt,kms:GenerateDataKey',
      [POOL]: 'sms-voice:SendTextMessage',
    });
  });

  it.each([`arn:aws:sqs:${OF}:tributary-dev-reroutes`, `arn:aws:s3:::bucket`, `arn:aws:sqs:${OF}:*`, 'audiences'])(
    'are none of the platform, and each by its name: not %s',
    (arn) => {
      const own = stagesWithLanes(1);
      appendFileSync(join(own, 'dev.yaml'), `\ndestinationResources: [${JSON.stringify(arn)}]\n`);
      expect(() => synthesise('dev', { folder: own })).toThrow(/destinationResources/);
      rmSync(own, { recursive: true });
    },
  );
});
