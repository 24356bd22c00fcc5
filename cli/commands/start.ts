import { join } from 'node:path';
import { Command } from 'commander';
import { applyCatalog } from '#cli/catalog/activate.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { DEFAULT_EXAMPLE } from '#cli/example/generate.ts';
import { writeExample } from '#cli/example/write.ts';
import { findDataFiles } from '#cli/ingest/data-files.ts';
import { type Fed, ingestData, routedOf, usualMethod } from '#cli/ingest/ingest.ts';
import { countBefore, type Flow, waitUntilFlowedThrough, waitUntilIdle } from '#cli/ingest/wait.ts';
import { localConnectionKey, writeLocalVariables } from '#cli/local/catalog-variables.ts';
import { deployLocal } from '#cli/local/deploy.ts';
import { findOrStartLocalAws } from '#cli/local/endpoint.ts';
import { enterLocalStage } from '#cli/local/environment.ts';
import { localPaths } from '#cli/local/paths.ts';
import { Progress } from '#cli/local/progress.ts';
import { startSink } from '#cli/local/sink.ts';
import { stopLocalAws } from '#cli/local/stop.ts';
import { printStage } from '#cli/report/print-stage.ts';
import { stageReport } from '#cli/report/stage-report.ts';
import { projectRoot } from '#cli/root.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { deadLetters } from '#cli/stage/queues.ts';
import { runEvaluation } from '#cli/stage/run-job.ts';
import { storesOf } from '#cli/stage/stores.ts';
import { findResources } from '#cli/stage/use-stage.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { keySha256 } from '#core/ingestion/collection/connection.ts';

export interface StartOptions {
  readonly catalog: string;
  /** Folder with data; the example's when it is omitted. */
  readonly data?: string;
}

export const startCommand = (): Command =>
  new Command('start')
    .description('deploy the platform on this machine, ingest data, and show the result')
    .option(
      '--data <dir>',
      'folder with files named after datasets; the generated example when it and --catalog are omitted',
    )
    .option('--catalog <dir>', 'folder of the catalog', EXAMPLE_CATALOG)
    .action(async (options: StartOptions) => {
      const interrupted = (): void => void stopLocalAws(projectRoot).finally(() => process.exit(130));
      process.once('SIGINT', interrupted);
      process.once('SIGTERM', interrupted);
      const progress = new Progress(process.stdout);
      process.stdout.write(`\n${await start(projectRoot, options, progress)}`);
    });

/**
 * Everything on one machine: the local AWS, the platform, data through all of it.
 * @returns what to show when it is done
 */
export async function start(root: string, options: StartOptions, progress: Progress): Promise<string> {
  const { flow, sinkUrl } = await deployAndApply(root, options.catalog, progress);
  const { stores, catalog, resources } = flow;
  const isExample = options.data === undefined;
  if (isExample && options.catalog !== EXAMPLE_CATALOG) {
    progress.step('The example is for another catalog; nothing is sent. Send files of your own with --data DIR');
  } else if (isExample && (await countBefore(stores)).batches > 0) {
    progress.step('The example has been fed before; nothing is sent again');
  } else {
    const folder = options.data ?? (await generateExampleInto(root, progress));
    await ingestFolder(folder, flow, progress);
  }
  progress.step('Running the daily evaluation and the file exports now instead of waiting for their schedules');
  await runEvaluation(flow, flow.progress);
  await waitUntilIdle(flow);
  await invoke(resources, 'export-files', { force: true });
  const dead = Object.entries(await deadLetters(resources)).map(([queue, count]) => `${queue}: ${count}`);
  progress.step('Done');
  const report = printStage(await stageReport(stores, catalog, Date.now()), catalog);
  const warning = dead.length > 0 ? `Messages in dead-letter queues (docs/runbook.md): ${dead.join(', ')}\n\n` : '';
  return `${report}\n${warning}${whatNext(sinkUrl, resources, options.catalog)}`;
}

/** Starts what is not running, deploys what has changed, and makes the catalog the active one. */
export async function deployAndApply(
  root: string,
  catalogFolder: string,
  progress: Progress,
): Promise<{ flow: Flow; sinkUrl: string }> {
  const log = (line: string): void => progress.step(line);
  const aws = await findOrStartLocalAws({ root, log });
  enterLocalStage(root, aws.env);
  const sink = await startSink({ root });
  log(`The outside world (webhooks, Audience Manager's edge) is played by ${sink.url}`);
  const variables = writeLocalVariables(root, {
    WEBHOOK_URL: `${sink.urlForLambdas}/webhook/crm`,
    AAM_EDGE_ENDPOINT: `${sink.urlForLambdas}/aam/{host}`,
    SHOP_KEY_SHA256: keySha256(localConnectionKey(root)),
  });
  const definitions = await loadCatalogFolder(catalogFolder, variables);
  await deployLocal({ root, aws, log, stage: 'local' });
  const resources = await findResources('local');
  const version = await applyCatalog(definitions, resources, { comment: 'npm start' });
  log(`Catalog ${version} is active`);
  const flow: Flow = {
    resources,
    stores: storesOf(resources),
    catalog: compileCatalog(definitions),
    progress: (text) => progress.running(text),
  };
  return { flow, sinkUrl: sink.url };
}

async function generateExampleInto(root: string, progress: Progress): Promise<string> {
  const folder = join(localPaths(root).base, 'example');
  await writeExample(folder, { ...DEFAULT_EXAMPLE, now: Date.now() });
  progress.step(`Example data of an invented retailer written to ${folder}`);
  return folder;
}

/** Sends the files of a folder and waits until they have flowed through. */
export async function ingestFolder(folder: string, flow: Flow, progress: Progress): Promise<void> {
  const before = await countBefore(flow.stores);
  const target = { stream: flow.resources['collection-stream'], landing: flow.stores.landing };
  const fed: Fed[] = [];
  for (const file of await findDataFiles(folder, flow.catalog)) {
    const sent = await ingestData(file, usualMethod(file), target);
    fed.push(sent);
    progress.step(`${file.name}: ${routedOf(sent)}`);
  }
  await waitUntilFlowedThrough(fed, before, flow);
  progress.step('Everything has flowed through');
}

const EXAMPLE_CATALOG = join(projectRoot, 'catalog');

const whatNext = (
  sinkUrl: string,
  resources: { readonly 'exports-bucket': string },
  catalog: string,
): string => `What to try next
  npm run tributary -- status                      this table again
  npm run tributary -- ingest --data DIR             more data: files named after datasets
  npm run tributary -- endpoints                       where records are sent over HTTP, with which key
  ${applyAgain(catalog)}
  npm start -- --data DIR                          feed files of your own from the start
  curl ${sinkUrl}/_sink/requests?path=/webhook     what the webhook received
  aws --endpoint-url "$AWS_ENDPOINT_URL" s3 ls --recursive s3://${resources['exports-bucket']}
  npm run stop                                     end everything that runs
`;

const applyAgain = (catalog: string): string =>
  catalog === EXAMPLE_CATALOG
    ? 'npm run tributary -- catalog apply               after a change in catalog/'
    : `npm run tributary -- catalog apply --catalog ${catalog}   after a change there`;
