import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type ITableV2, Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';

/** What functions ask of tables. A combined alarm takes ten metrics at most. */
export const TABLE_OPERATIONS = [
  Operation.GET_ITEM,
  Operation.BATCH_GET_ITEM,
  Operation.QUERY,
  Operation.SCAN,
  Operation.PUT_ITEM,
  Operation.UPDATE_ITEM,
  Operation.DELETE_ITEM,
  Operation.BATCH_WRITE_ITEM,
  Operation.TRANSACT_WRITE_ITEMS,
];

/** Internal errors of DynamoDB in five minutes; single ones are tried again by themselves. */
const SYSTEM_ERRORS = 10;

export interface TableAlarmsProps {
  readonly table: ITableV2;
  /** As alarms call it. */
  readonly name: string;
  readonly indexes: readonly string[];
  readonly alarms: Alarms;
  /** Whether alarms on several metrics can be made. */
  readonly combined: boolean;
}

/** The alarms on what a table and its indexes hold back, and on errors of DynamoDB itself. */
export function addTableAlarms(scope: Construct, id: string, props: TableAlarmsProps): void {
  const { table, name, indexes, alarms, combined } = props;
  const watched = [{ name, dimensions: {} }, ...indexes.map((index) => indexOf(name, index))];
  for (const { name: subject, dimensions } of watched) {
    for (const kind of ['Read', 'Write'] as const) {
      alarms.add(scope, `${id}${subject.replace(name, '')}${kind}ThrottlesAlarm`, {
        pattern: kind === 'Read' ? '<table>-read-throttles' : '<table>-write-throttles',
        subject,
        metric: new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: `${kind}ThrottleEvents`,
          dimensionsMap: { TableName: table.tableName, ...dimensions },
          statistic: 'Sum',
          period: Duration.minutes(5),
        }),
        threshold: 1,
        // A table on demand holds back for some minutes while it grows; that is no fault.
        periods: 3,
        says: `DynamoDB has held back ${kind.toLowerCase()}s of "${subject}" for 15 minutes.`,
      });
    }
  }
  if (!combined) return;
  alarms.add(scope, `${id}SystemErrorsAlarm`, {
    pattern: '<table>-system-errors',
    subject: name,
    metric: table.metricSystemErrorsForOperations({ operations: TABLE_OPERATIONS, period: Duration.minutes(5) }),
    threshold: SYSTEM_ERRORS,
    says: `DynamoDB answered ${SYSTEM_ERRORS} requests to "${name}" or more with an error of its own in five minutes.`,
  });
}

const indexOf = (table: string, index: string) => ({
  name: `${table}-${index}-index`,
  dimensions: { GlobalSecondaryIndexName: index },
});
