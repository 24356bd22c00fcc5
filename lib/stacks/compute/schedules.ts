import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { ASSUMED_ROLES, destinationSecretPrefix } from '#core/contract/delivery-lanes.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import {
  assumeRolesNamed,
  deleteObjects,
  queryDue,
  readObjects,
  readSecretsUnder,
  updateItemsUnder,
  uploadObjects,
} from '#lib/constructs/grants.ts';
import { FailureQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';

/** What the clock starts. */
export function addSchedules(
  make: FunctionFactory,
  {
    batch,
    expire,
    compact,
    erase,
    count,
  }: Readonly<Record<'batch' | 'expire' | 'compact' | 'erase' | 'count', TributaryFunction>>,
): void {
  const { config, data, activation } = make;
  const failures = new FailureQueue(make.scope, 'SchedulesFailures', { name: 'schedules', alarms: make.alarms });

  const reevaluateDue = make.function(
    'ReevaluateDue',
    'reevaluate-due',
    'profiles that are due → memberships',
    make.memberships(),
  );
  make.allowEvaluating(reevaluateDue);
  queryDue(reevaluateDue.function, data.memberships);

  const files = make.function('ExportFiles', 'export-files', 'gathered deliveries → files', {
    ...make.catalog(),
    EXPORTS_BUCKET: data.exports.bucketName,
    DESTINATION_SECRETS_PREFIX: destinationSecretPrefix(config.stage),
    ALLOW_PRIVATE_ENDPOINTS: String(config.allowPrivateEndpoints),
  });
  updateItemsUnder(files.function, data.operations, [OPERATIONS_PREFIX.dataflowRun]);
  readObjects(files.function, data.exports);
  uploadObjects(files.function, data.exports);
  deleteObjects(files.function, data.exports);
  // Buckets of other accounts, and SFTP servers.
  assumeRolesNamed(files.function, ASSUMED_ROLES);
  readSecretsUnder(files.function, destinationSecretPrefix(config.stage));

  for (const target of [reevaluateDue, expire, batch, compact, erase, count, files]) {
    target.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(failures),
    });
  }
  // Each delivery lane has a run of its own, so that one with millions of rows, or one that fails, delays no other's files.
  const exports = activation.lanes
    .filter(({ gathers }) => gathers)
    .map(({ id }) => ({
      id: `ExportFilesOf-${id}`,
      target: files,
      expression: config.schedules.exportFiles,
      input: { laneId: id, scheduled: true },
    }));
  const schedules: { id: string; target: TributaryFunction; expression: string; input?: object }[] = [
    { id: 'ReevaluateDueSchedule', target: reevaluateDue, expression: config.schedules.reevaluateDue },
    { id: 'ExpireSchedule', target: expire, expression: config.schedules.expire },
    { id: 'EvaluateBatchSchedule', target: batch, expression: config.schedules.evaluateBatch },
    { id: 'CompactLakeSchedule', target: compact, expression: config.schedules.compactLake },
    { id: 'CountHistorySchedule', target: count, expression: config.schedules.countHistory },
    { id: 'EraseSchedule', target: erase, expression: config.schedules.erase },
    ...exports,
    {
      id: 'ExportFilesOfPool',
      target: files,
      expression: config.schedules.exportFiles,
      input: { except: exports.map(({ input }) => input.laneId), scheduled: true },
    },
  ];
  for (const { id, target, expression, input } of schedules) {
    new Rule(make.scope, id, {
      description: `Starts ${target.label} of Tributary ${config.stage}`,
      schedule: Schedule.expression(expression),
      targets: [
        new LambdaFunction(target.function, {
          deadLetterQueue: failures,
          retryAttempts: 3,
          maxEventAge: Duration.hours(1),
          ...(input && { event: RuleTargetInput.fromObject(input) }),
        }),
      ],
    });
  }
}
