import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { StageConfig } from '#lib/config/schema.ts';

export interface LakeQueriesProps {
  readonly config: StageConfig;
  readonly account: string;
  readonly lake: IBucket;
  /** Where answers of queries are put. */
  readonly results: IBucket;
}

/** As `core/lake/write-rows.ts` writes them; Athena knows names in lower case only. */
const COLUMNS = {
  id: 'string',
  receivedat: 'timestamp',
  timestamp: 'timestamp',
  tiebreaker: 'string',
  ingestionid: 'string',
  operation: 'string',
  entity: 'string',
};

const columns = (types: Readonly<Record<string, string>>) =>
  Object.entries(types).map(([name, type]) => ({ name, type }));

/**
 * The lake as a table of Athena. Partitions are projected: Athena works out their places itself, so a record can be
 * selected as soon as it is written, and nothing has to crawl. A query names its dataset, and may name its days.
 */
export class LakeQueries extends Construct {
  constructor(scope: Construct, id: string, props: LakeQueriesProps) {
    super(scope, id);
    const { config, account, lake, results } = props;
    // Athena takes no hyphen in a name that is not quoted.
    const name = `tributary_${config.stage.replaceAll('-', '_')}`;
    const database = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name, description: `The lake of Tributary ${config.stage}` },
    });
    const location = `s3://${lake.bucketName}/`;
    const table = new CfnTable(this, 'Records', {
      catalogId: account,
      databaseName: name,
      tableInput: {
        name: 'records',
        description: 'Every accepted record',
        tableType: 'EXTERNAL_TABLE',
        parameters: {
          EXTERNAL: 'TRUE',
          classification: 'parquet',
          'projection.enabled': 'true',
          'projection.dataset.type': 'injected',
          'projection.day.type': 'date',
          'projection.day.format': 'yyyy-MM-dd',
          'projection.day.range': '2020-01-01,NOW+1DAY',
          'projection.day.interval': '1',
          'projection.day.interval.unit': 'DAYS',
          'storage.location.template': `${location}dataset=\${dataset}/date=\${day}/`,
        },
        partitionKeys: columns({ dataset: 'string', day: 'string' }),
        storageDescriptor: {
          location,
          columns: columns(COLUMNS),
          inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    });
    table.addResourceDependency(database);
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: `tributary-${config.stage}`,
      description: `Queries of the lake of Tributary ${config.stage}`,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${results.bucketName}/`,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
          expectedBucketOwner: account,
        },
      },
    });
    // It keeps nothing but the history of queries; the records themselves stay where they are.
    workGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
    const output = (key: string, value: string, description: string) =>
      new CfnOutput(this, `${key}Output`, { value, description }).overrideLogicalId(key);
    output('LakeTable', `${name}.records`, 'Table of the accepted records, in Athena');
    output('LakeWorkGroup', workGroup.name, 'Workgroup of Athena to ask it with');
  }
}
