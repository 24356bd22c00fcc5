import { describe, expect, it } from 'vitest';
import { BLOCKS_PREFIX } from '#core/contract/landing.ts';
import { DUE_INDEX, PARTITION_KEY, SORT_KEY, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { allResources, follow, identityOf, resourcesOfType } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, templatesOf } from './stages.ts';

const STATEFUL = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::Kinesis::Stream',
  'AWS::SecretsManager::Secret',
]);

describe.each(STAGE_NAMES)('what keeps data in stage %s', (stage) => {
  const templates = templatesOf(stage);
  const tables = resourcesOfType(templates, 'AWS::DynamoDB::GlobalTable');
  const buckets = resourcesOfType(templates, 'AWS::S3::Bucket');
  const streams = resourcesOfType(templates, 'AWS::Kinesis::Stream');
  const stateful = allResources(templates).filter(({ type }) => STATEFUL.has(type));

  it('is six tables, one stream, the buckets, and the secrets that sign and hash', () => {
    expect(tables).toHaveLength(6);
    expect(streams).toHaveLength(1);
    expect(buckets).toHaveLength(stage === 'local' ? 5 : 7);
    expect(stateful).toHaveLength(tables.length + streams.length + buckets.length + 6);
  });

  it('has no name of its own, so that it can be replaced and deployed twice', () => {
    for (const { properties } of stateful) {
      for (const name of ['TableName', 'BucketName', 'Name']) expect(properties).not.toHaveProperty(name);
    }
  });

  it('is kept when the stack goes, in production and only there', () => {
    const kept = stateful.filter(({ deletionPolicy }) => deletionPolicy?.startsWith('Retain'));
    if (stage === 'prod') expect(kept).toHaveLength(stateful.length);
    else expect(kept).toEqual([]);
  });

  it('has secrets of letters and digits only, also where an emulator takes just one of the two ways to say so', () => {
    const punctuation = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter(
      (c) => !/\w/.test(c) || c === '_',
    );
    for (const { properties } of stateful.filter(({ type }) => type === 'AWS::SecretsManager::Secret')) {
      const how = properties.GenerateSecretString as { ExcludePunctuation: boolean; ExcludeCharacters: string };
      expect(how.ExcludePunctuation).toBe(true);
      expect([...how.ExcludeCharacters].sort()).toEqual(punctuation.sort());
    }
  });

  it('is encrypted', () => {
    for (const { properties } of tables)
      expect(properties.SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
    for (const { properties } of buckets) expect(properties.BucketEncryption).toBeDefined();
    for (const { properties } of streams) expect(properties.StreamEncryption).toMatchObject({ EncryptionType: 'KMS' });
  });

  it('has the tables that the adapters expect', () => {
    for (const { logicalId, properties } of tables) {
      expect(properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: PARTITION_KEY, KeyType: 'HASH' },
          ...(/^(Timeline|Audit)/.test(logicalId) ? [{ AttributeName: SORT_KEY, KeyType: 'RANGE' }] : []),
        ],
        TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      });
      const streamed = (properties.StreamSpecification as { StreamViewType: string } | undefined)?.StreamViewType;
      expect(streamed).toBe(/^(EdgeProfiles|Timeline|Audit)/.test(logicalId) ? undefined : 'NEW_AND_OLD_IMAGES');
    }
    const memberships = tables.find(({ logicalId }) => logicalId.startsWith('Memberships'))!;
    expect(memberships.properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: DUE_INDEX.name,
        KeySchema: [
          { AttributeName: DUE_INDEX.partitionKey, KeyType: 'HASH' },
          { AttributeName: DUE_INDEX.sortKey, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
    expect(memberships.properties.AttributeDefinitions).toEqual(
      expect.arrayContaining([
        { AttributeName: DUE_INDEX.partitionKey, AttributeType: 'N' },
        { AttributeName: DUE_INDEX.sortKey, AttributeType: 'N' },
      ]),
    );
  });

  it('has tables that production cannot lose by accident', () => {
    for (const { properties } of tables) {
      const [replica] = properties.Replicas as Record<string, unknown>[];
      expect(replica).toMatchObject({
        DeletionProtectionEnabled: stage === 'prod',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: stage === 'prod' },
      });
    }
  });

  it('has buckets that are private, answer over TLS only and tidy up', () => {
    const guarded = resourcesOfType(templates, 'AWS::S3::BucketPolicy').flatMap((policy) =>
      JSON.stringify(policy.properties.PolicyDocument).includes('"aws:SecureTransport":"false"')
        ? [identityOf(follow(templates, policy.stack, policy.properties.Bucket))]
        : [],
    );
    expect(guarded.sort()).toEqual(buckets.map(identityOf).sort());
    for (const { properties } of buckets) {
      expect(properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(JSON.stringify(properties.LifecycleConfiguration)).toContain('AbortIncompleteMultipartUpload');
    }
  });

  it('keeps versions of uploaded files everywhere, of other objects in production', () => {
    for (const { logicalId, properties } of buckets) {
      const isVersioned = stage === 'prod' || logicalId.startsWith('Landing');
      expect(properties.VersioningConfiguration).toEqual(isVersioned ? { Status: 'Enabled' } : undefined);
    }
  });

  it('has nothing of an object that was replaced, deleted or expired 35 days after', () => {
    for (const { logicalId, properties } of buckets) {
      const { Rules } = properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
      const all = Rules.filter(({ Prefix, Status }) => Prefix === undefined && Status === 'Enabled');
      const old = all.find(({ Id }) => Id === 'old-versions');
      if (properties.VersioningConfiguration === undefined) {
        expect(old).toBeUndefined();
        continue;
      }
      const { NoncurrentDays } = old!.NoncurrentVersionExpiration as { NoncurrentDays: number };
      // Uploaded files are not searched when somebody is deleted: they go by themselves, and so do their old versions. S3
      // rounds either period up to the end of a day.
      const { ExpirationInDays = 0 } = all.find(({ Id }) => Id === 'expiry') ?? {};
      const most = logicalId.startsWith('Landing')
        ? Number(ExpirationInDays) + 1 + NoncurrentDays + 1
        : NoncurrentDays + 1;
      expect(most, logicalId).toBeLessThanOrEqual(35);
      expect(old).toMatchObject({ ExpiredObjectDeleteMarker: true });
    }
  });

  it('ends working copies of files by itself, sooner than the files, and keeps no old versions of them', () => {
    const landing = buckets.find(({ logicalId }) => logicalId.startsWith('Landing'))!;
    const { Rules } = landing.properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    expect(Rules.find(({ Id }) => Id === 'expiry')).toMatchObject({ ExpirationInDays: 30 });
    // Both together within the 35 days that receipts promise, whatever S3 rounds up.
    const earlier = Rules.find(({ Id }) => Id === 'old-versions');
    expect(earlier?.NoncurrentVersionExpiration).toEqual({ NoncurrentDays: 3 });
    expect(Rules.find(({ Prefix }) => Prefix === BLOCKS_PREFIX)).toMatchObject({
      Status: 'Enabled',
      ExpirationInDays: 14,
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    });
  });

  it('announces files of the landing bucket, and only those below its prefix, to a queue that lets it', () => {
    const announcing = buckets.filter(({ properties }) => properties.NotificationConfiguration !== undefined);
    expect(announcing).toHaveLength(1);
    const [landing] = announcing;
    const { QueueConfigurations } = landing!.properties.NotificationConfiguration as {
      QueueConfigurations: { Event: string; Queue: unknown; Filter: unknown }[];
    };
    expect(QueueConfigurations).toMatchObject([
      { Event: 's3:ObjectCreated:*', Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'landing/' }] } } },
    ]);
    const queue = follow(templates, landing!.stack, QueueConfigurations[0]!.Queue);
    const policy = resourcesOfType(templates, 'AWS::SQS::QueuePolicy').find(
      ({ stack, properties }) =>
        identityOf(follow(templates, stack, (properties.Queues as unknown[])[0])) === identityOf(queue),
    )!;
    const raw = templates[landing!.stack]!.Resources[landing!.logicalId] as { DependsOn?: string[] };
    expect(raw.DependsOn).toContain(policy.logicalId);
    expect(JSON.stringify(policy.properties.PolicyDocument)).toContain('"Service":"s3.amazonaws.com"');
  });
});
