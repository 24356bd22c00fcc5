import { Command } from 'commander';
import { invoke } from '#cli/stage/invoke.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbEvaluationRuns } from '#lambdas/adapters/evaluation-runs.dynamodb.ts';

export const evaluateCommand = (): Command =>
  new Command('evaluate')
    .description('run the daily evaluation of all audiences now')
    .option('--stage <name>', 'stage', 'local')
    .option('--status', 'start nothing: show the last run in which nothing failed')
    .action(async ({ stage, status }: { stage: string; status?: true }) => {
      const resources = await useStage(stage);
      const result = status
        ? await new DynamoDbEvaluationRuns(dynamoDb(), resources['operations-table']).last()
        : await invoke(resources, 'evaluate-batch');
      if (status && !result) throw new UserError(`Nothing was evaluated in batch on stage "${stage}" yet.`);
      process.stdout.write(`${JSON.stringify(result)}\n`);
    });
