import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { noncurrentDays } from '#lib/config/retentions.ts';
import type { StageConfig } from '#lib/config/schema.ts';

export interface DataBucketProps {
  readonly config: StageConfig;
  /** Where server access logs go, in stages that keep them. */
  readonly accessLogs?: IBucket | undefined;
  /**
   * The bucket keeps versions in every stage, old ones for that many days.
   * @default - as many as deletions of people leave them, in stages whose buckets keep versions
   */
  readonly oldVersionDays?: number;
  /** Objects are deleted after that many days. @default - they are kept */
  readonly expireAfterDays?: number;
  /** Objects whose keys begin so are working copies: they are deleted after that many days, and no old version of them stays. */
  readonly workingCopies?: { readonly prefix: string; readonly expireAfterDays: number };
  /** Objects move to a cheaper storage class after that many days. @default - they don't */
  readonly archiveAfterDays?: number;
}

/** A private, encrypted bucket that only answers over TLS and cleans up after itself. */
export function dataBucket(scope: Construct, id: string, props: DataBucketProps): IBucket {
  const { config, accessLogs } = props;
  const bucket = new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: keepsVersions(props),
    removalPolicy: config.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    autoDeleteObjects: config.emptyBuckets,
    lifecycleRules: lifecycle(props),
    ...(accessLogs === undefined ? {} : { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: `${id}/` }),
  });
  if (accessLogs === undefined) {
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'This bucket holds the access logs of the others, or lies on an emulator, which writes none.',
    });
  }
  // The class says "undefined" where its interface says "absent"; TypeScript tells the two apart, the CDK does not.
  return bucket as IBucket;
}

const keepsVersions = ({ config, oldVersionDays }: DataBucketProps): boolean =>
  config.versionedBuckets || oldVersionDays !== undefined;

function lifecycle(props: DataBucketProps): LifecycleRule[] {
  const { config, expireAfterDays, workingCopies, archiveAfterDays } = props;
  const { oldVersionDays = noncurrentDays(expireAfterDays, config) } = props;
  const rules: LifecycleRule[] = [{ id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) }];
  if (keepsVersions(props)) {
    const noncurrentVersionExpiration = Duration.days(oldVersionDays);
    rules.push({ id: 'old-versions', noncurrentVersionExpiration, expiredObjectDeleteMarker: true });
  }
  if (expireAfterDays !== undefined) rules.push({ id: 'expiry', expiration: Duration.days(expireAfterDays) });
  if (workingCopies !== undefined) {
    rules.push({
      id: 'working-copies',
      prefix: workingCopies.prefix,
      expiration: Duration.days(workingCopies.expireAfterDays),
      // Where rules meet, S3 follows the one that ends an object earlier.
      ...(keepsVersions(props) && { noncurrentVersionExpiration: Duration.days(1) }),
    });
  }
  if (archiveAfterDays !== undefined) {
    rules.push({
      id: 'archive',
      transitions: [
        { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(archiveAfterDays) },
      ],
    });
  }
  return rules;
}
