import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allLanes, assignLanesOf, laneNames } from '#cli/destination/lanes.ts';
import { switchLanes } from '#cli/destination/pausing.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import type { Catalog } from '#core/catalog/catalog.ts';

const LANES = 3;
const queueUrl = (lane: string): string => `https://sqs/1/tributary-qa-${lane}.fifo`;
const resources = {
  'operations-table': 'operations',
  'destination-queues': JSON.stringify({ own: 'https://sqs/1/own.fifo' }),
  'dead-letter-queues': JSON.stringify({ own: 'https://sqs/1/own-dead.fifo' }),
  'lane-pool': JSON.stringify({
    lanes: String(LANES),
    queue: queueUrl('lane-001'),
    deadLetters: queueUrl('lane-001-dead-letters'),
    files: 'https://sqs/1/files',
    filesDeadLetters: 'https://sqs/1/files-dead',
  }),
  functions: JSON.stringify({ 'deliver-http/pool': 'fn-pool', 'deliver-http/own': 'fn-own' }),
} as Resources;

/** A stage, as far as lanes are concerned. */
class Stage {
  readonly clients = [
    mockClient(DynamoDBClient),
    mockClient(SQSClient),
    mockClient(LambdaClient),
    mockClient(SecretsManagerClient),
  ] as const;
  stored: Record<string, { S?: string; N?: string }> | undefined;
  readonly messages = new Map<string, number>();
  readonly enabled = new Map<string, boolean>();
  readonly secrets = new Set<string>();
  active: readonly string[] = [];

  constructor() {
    const [dynamoDb, sqs, lambda, secrets] = this.clients;
    dynamoDb.on(GetItemCommand).callsFake(() => (this.stored ? { Item: this.stored } : {}));
    dynamoDb.on(PutItemCommand).callsFake(({ Item }) => {
      this.stored = Item;
      return {};
    });
    sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl, AttributeNames }) => ({
      Attributes: AttributeNames.includes('QueueArn')
        ? { QueueArn: `arn:${QueueUrl}` }
        : { ApproximateNumberOfMessages: String(this.messages.get(QueueUrl) ?? 0) },
    }));
    lambda.on(ListEventSourceMappingsCommand).callsFake(({ EventSourceArn, FunctionName, Marker }) => {
      if (EventSourceArn !== undefined) return { EventSourceMappings: [this.source(EventSourceArn)] };
      if (FunctionName !== 'fn-pool') return {};
      // In pages.
      const at = Number(Marker ?? 1);
      const EventSourceMappings = [this.source(`arn:${queueUrl(`lane-00${at}`)}`)];
      return { EventSourceMappings, ...(at < LANES && { NextMarker: String(at + 1) }) };
    });
    lambda.on(UpdateEventSourceMappingCommand).callsFake(({ UUID, Enabled }) => {
      this.enabled.set(UUID, Enabled);
      return {};
    });
    lambda.on(GetEventSourceMappingCommand).resolves({ State: 'Enabled' });
    secrets.on(CreateSecretCommand).callsFake(({ Name }) => {
      this.secrets.add(Name);
      return {};
    });
    secrets.on(ListSecretsCommand).callsFake(() => ({ SecretList: [...this.secrets].map((Name) => ({ Name })) }));
    secrets.on(DeleteSecretCommand).callsFake(({ SecretId }) => {
      this.secrets.delete(SecretId);
      return {};
    });
  }

  async apply(destinations: readonly { id: string; type: string }[], paused: readonly string[] = []) {
    const assigned = await assignLanesOf({ destinations } as unknown as Catalog, 'qa', resources, {
      isActive: (laneId) => this.active.includes(laneId),
      isPaused: async (id) => paused.includes(id),
    });
    this.active = destinations.flatMap(lanesOfDestination).map(({ id }) => id);
    return assigned;
  }

  source(EventSourceArn: string): EventSourceMappingConfiguration {
    const isOn = this.enabled.get(EventSourceArn) ?? true;
    return { UUID: EventSourceArn, EventSourceArn, State: isOn ? 'Enabled' : 'Disabled' };
  }

  /** Lanes of the pool that are worked off. */
  get on(): string[] {
    const lanes = ['lane-001', 'lane-002', 'lane-003'];
    return lanes.filter((lane) => this.enabled.get(`arn:${queueUrl(lane)}`) ?? true);
  }
}

const AAM = { id: 'ads', type: 'aam' };
const WEBHOOK = { id: 'hook', type: 'http' };

describe('a destination of Audience Manager that no stage file names', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => {
    for (const client of stage.clients) client.reset();
  });

  it('is given a lane for its edge, and that of files for its hub; it needs no secret', async () => {
    expect(await stage.apply([WEBHOOK, AAM])).toEqual({ taken: ['hook', 'ads.edge'], freed: [] });
    expect(await laneNames(resources)).toEqual({
      hook: 'lane-001',
      'ads.edge': 'lane-002',
      'ads.hub': 'files',
      own: 'own',
    });
    expect((await allLanes(resources))['ads.hub']).toEqual({
      queue: 'https://sqs/1/files',
      deadLetters: 'https://sqs/1/files-dead',
    });
    expect(stage.on).toEqual(['lane-001', 'lane-002']);
    expect([...stage.secrets]).toEqual(['tributary/qa/destinations/hook']);
  });

  it('keeps its lane until its queue is empty and no function routes to it', async () => {
    await stage.apply([AAM]);
    stage.messages.set(queueUrl('lane-001'), 3);
    await stage.apply([]);
    await stage.apply([]);
    expect(stage.on).toEqual(['lane-001']);
    stage.messages.clear();
    expect(await stage.apply([])).toEqual({ taken: [], freed: ['lane-001'] });
    expect([stage.on, await laneNames(resources)]).toEqual([[], { own: 'own' }]);
  });

  it('stays paused whatever is applied, also when it has left the catalog', async () => {
    await stage.apply([AAM]);
    const lanes = lanesOfDestination(AAM as Parameters<typeof lanesOfDestination>[0]).map(({ id }) => id);
    expect(await switchLanes(lanes, false, resources)).toBe(1);
    stage.messages.set(queueUrl('lane-001'), 1);
    await stage.apply([AAM, WEBHOOK], ['ads']);
    expect(stage.on).toEqual(['lane-002']);
    await stage.apply([WEBHOOK], ['ads']);
    expect(stage.on).toEqual(['lane-002']);
    await stage.apply([AAM, WEBHOOK]);
    expect(stage.on).toEqual(['lane-001', 'lane-002']);
  });

  it('is told which setting to raise when no lane is left', async () => {
    await stage.apply([1, 2, 3].map((n) => ({ ...AAM, id: `ads-${n}` })));
    await expect(stage.apply([1, 2, 3, 4].map((n) => ({ ...AAM, id: `ads-${n}` })))).rejects.toThrow(
      'No delivery lane is left for: ads-4. The stage has 3: raise "lanes" in stages/qa.yaml and deploy.',
    );
  });

  it('has its own lanes where the stage still has a line for it', async () => {
    const withLine = { ...resources, 'destination-queues': '{"ads.edge":"https://e.fifo","ads.hub":"https://h"}' };
    await assignLanesOf({ destinations: [AAM] } as unknown as Catalog, 'qa', withLine as Resources, {
      isActive: () => false,
      isPaused: async () => false,
    });
    expect(await laneNames(withLine as Resources)).toEqual({ 'ads.edge': 'own', 'ads.hub': 'own' });
  });
});
