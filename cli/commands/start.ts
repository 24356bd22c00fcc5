import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type Activate, followCatalog, putInPlace } from '#cli/catalog/follow.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { DEFAULT_EXAMPLE } from '#cli/example/generate.ts';
import { EXAMPLE_FILES, writeExample } from '#cli/example/write.ts';
import { findDataFiles } from '#cli/ingest/data-files.ts';
import { type Fed, ingestData, landingKey, routedOf, usualMethod, versionOf } from '#cli/ingest/ingest.ts';
import { countBefore, type Flow, waitUntilFlowedThrough, waitUntilIdle } from '#cli/ingest/wait.ts';
import { localConnectionKey, writeLocalVariables } from '#cli/local/catalog-variables.ts';
import { buildConsole } from '#cli/local/console-build.ts';
import { ensureConsoleClient } from '#cli/local/console-client.ts';
import { deployLocal } from '#cli/local/deploy.ts';
import { findOrStartLocalAws } from '#cli/local/endpoint.ts';
import { enterLocalStage } from '#cli/local/environment.ts';
import { startGateway } from '#cli/local/gateway.ts';
import { localPaths } from '#cli/local/paths.ts';
import { configureVendors, heldByReceivers, openVendors } from '#cli/local/played-vendors.ts';
import { Progress } from '#cli/local/progress.ts';
import { shopIdentityKey, startShop } from '#cli/local/shop.ts';
import { type Sink, startSink } from '#cli/local/sink.ts';
import { startAnew } from '#cli/local/start-anew.ts';
import { stopLocalAws } from '#cli/local/stop.ts';
import { printStage } from '#cli/report/print-stage.ts';
import { stageReport } from '#cli/report/stage-report.ts';
import { countHeld } from '#cli/report/vendor-table.ts';
import { projectRoot, requireCheckout } from '#cli/root.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { deadLetters } from '#cli/stage/queues.ts';
import { runEvaluation } from '#cli/stage/run-job.ts';
import { storesOf } from '#cli/stage/stores.ts';
import { findResources, LOCAL_STAGE, type Resources } from '#cli/stage/use-stage.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { keySha256 } from '#core/ingestion/collection/connection.ts';
import { consoleAddress } from './console.ts';
import { endpointsOf } from './endpoints.ts';

export interface StartOptions {
  readonly catalog: string;
  /** Folder with data; the example's when it is omitted. */
  readonly data?: string;
  /** Begins with nothing: what an earlier start has left is taken away first. */
  readonly fresh?: true;
}

export const startCommand = (): Command =>
  new Command('start')
    .description('deploy the platform on this machine, ingest data, and show the result')
    .option(
      '--data <dir>',
      'folder with files named after datasets; the generated example when it and --catalog are omitted',
    )
    .option('--catalog <dir>', 'folder of the catalog', EXAMPLE_CATALOG)
    .option('--fresh', 'begin anew: take away what an earlier start has left, with all data')
    .action(async (options: StartOptions) => {
      requireCheckout('start');
      const interrupted = (): void => void stopLocalAws(projectRoot).finally(() => process.exit(130));
      process.once('SIGINT', interrupted);
      process.once('SIGTERM', interrupted);
      const progress = new Progress(process.stdout);
      process.stdout.write(`\n${await start(projectRoot, options, progress)}`);
    });

/**
 * Everything on one machine: the local AWS, the platform, data through all of it. On a stage that runs already, what a
 * change of the catalog means for those who are there comes first, then the data.
 * @returns what to show when it is done
 */
export async function start(root: string, options: StartOptions, progress: Progress): Promise<string> {
  const { flow, sink, definitions } = await deployAndApply(root, options.catalog, progress, {
    activate: followCatalog,
    ...(options.fresh && { fresh: true }),
  });
  const { stores, catalog, resources } = flow;
  const pages = await openPages(root, definitions, resources, progress);
  const isExample = options.data === undefined;
  if (isExample && !isExampleCatalog(options.catalog)) {
    progress.step('The example is for another catalog; nothing is sent. Send files of your own with --data DIR');
  } else if (isExample && (await hasExample(stores))) {
    progress.step('The example was sent before; nothing is sent again (--fresh begins anew)');
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
  const held = countHeld(await heldByReceivers(catalog.destinations.values(), sink.client, stores.exports));
  const report = printStage(await stageReport(stores, catalog, Date.now()), catalog, held);
  const warning = dead.length > 0 ? `Messages in dead-letter queues (docs/runbook.md): ${dead.join(', ')}\n\n` : '';
  return `${report}\n${warning}${whatNext({ ...pages, sinkUrl: sink.url }, resources, options.catalog)}
The console: audiences, people, destinations and data in a browser. This address works once, for five minutes:
  ${consoleAddress(root, pages.gatewayUrl)}
`;
}

/** What browsers on this machine open and call. */
interface Pages {
  readonly gatewayUrl: string;
  /** Where the catalog has a datastream for it. */
  readonly shopUrl: string | undefined;
}

/** The gateway, and the example shop in front of it. */
export async function openPages(
  root: string,
  definitions: Catalog,
  resources: Resources,
  progress: Progress,
): Promise<Pages> {
  await ensureConsoleClient(root, resources, LOCAL_STAGE);
  const gatewayUrl = await startGateway(root, await endpointsOf(resources));
  const shopUrl = await startShop(root, gatewayUrl, definitions);
  progress.step(`The edge host is at ${gatewayUrl}${shopUrl ? `, and a shop that uses it at ${shopUrl}` : ''}`);
  return { gatewayUrl, shopUrl };
}

/** Starts what is not running, deploys what has changed, and makes the catalog the active one. */
export async function deployAndApply(
  root: string,
  catalogFolder: string,
  progress: Progress,
  { activate = putInPlace, fresh }: { readonly activate?: Activate; readonly fresh?: true } = {},
): Promise<{ flow: Flow; sink: Sink; sinkUrl: string; definitions: Catalog }> {
  const log = (line: string): void => progress.step(line);
  const running = (text: string): void => progress.running(text);
  const aws = fresh ? await startAnew({ root, log, running }) : await findOrStartLocalAws({ root, log });
  enterLocalStage(root, aws.env);
  const sink = await startSink({ root });
  if (fresh) await sink.client.reset();
  if (fresh) await sink.client.resetVendors();
  log(`The outside world (vendors, webhooks, Audience Manager's edge) is played by ${sink.url}`);
  const fixed = {
    WEBHOOK_URL: `${sink.urlForLambdas}/webhook/crm`,
    AAM_EDGE_ENDPOINT: `${sink.urlForLambdas}/aam/{host}`,
    SHOP_KEY_SHA256: keySha256(localConnectionKey(root)),
    SHOP_TOKEN_KEY: shopIdentityKey(root),
  };
  const vendors = await openVendors(await loadCatalogFolder(catalogFolder, fixed), sink);
  const variables = writeLocalVariables(root, { ...fixed, ...vendors });
  const definitions = await loadCatalogFolder(catalogFolder, variables);
  await Promise.all([buildConsole(root), deployLocal({ root, aws, log, running, stage: LOCAL_STAGE })]);
  const resources = await findResources(LOCAL_STAGE);
  await configureVendors(definitions, vendors, sink, resources);
  await activate(definitions, resources, progress);
  const flow: Flow = {
    resources,
    stores: storesOf(resources),
    catalog: compileCatalog(definitions),
    progress: running,
  };
  return { flow, sink, sinkUrl: sink.url, definitions };
}

/** Whether the files of the example that travel as files have been uploaded, and stand. */
async function hasExample({ operations }: Flow['stores']): Promise<boolean> {
  const uploaded = new Set<string>();
  for await (const { file, status } of operations.batches()) if (status !== 'inactive') uploaded.add(file);
  return UPLOADED_BY_EXAMPLE.every((key) => uploaded.has(key));
}

const UPLOADED_BY_EXAMPLE = (['customers', 'store-orders', 'regions'] as const).map((id) =>
  landingKey(id, EXAMPLE_FILES[id]),
);

async function generateExampleInto(root: string, progress: Progress): Promise<string> {
  const folder = join(localPaths(root).base, 'example');
  await writeExample(folder, { ...DEFAULT_EXAMPLE, now: Date.now() });
  progress.step(`Example data of an invented retailer written to ${folder}`);
  return folder;
}

/** Sends the files of a folder and waits until they have flowed through. */
export async function ingestFolder(folder: string, flow: Flow, progress: Progress): Promise<void> {
  const before = await countBefore(flow.stores, [...flow.catalog.datasets.keys()]);
  const target = { stream: flow.resources['collection-stream'], landing: flow.stores.landing };
  const fed: Fed[] = [];
  for (const file of await findDataFiles(folder, flow.catalog)) {
    const sent = await ingestData(file, usualMethod(file), target);
    fed.push({ ...sent, ...(await versionOf(sent, target.landing)) });
    progress.step(`${file.name}: ${routedOf(sent)}`);
  }
  await waitUntilFlowedThrough(fed, before, flow);
  progress.step('Everything has flowed through');
}

const EXAMPLE_CATALOG = join(projectRoot, 'catalog');
const isExampleCatalog = (folder: string): boolean => resolve(folder) === EXAMPLE_CATALOG;

const whatNext = (
  { sinkUrl, gatewayUrl, shopUrl }: Pages & { readonly sinkUrl: string },
  resources: { readonly 'exports-bucket': string },
  catalog: string,
): string => `What to try next
${listed([
  ...(shopUrl ? [[shopUrl, 'a shop whose pages are personalised, and what the platform sees of you'] as const] : []),
  ['npm run tributary -- console', 'another address of the console'],
  ['npm run tributary -- status', 'this table again'],
  ['npm run tributary -- ingest --data DIR', 'more data: files named after datasets'],
  ['npm run tributary -- endpoints', 'where records are sent over HTTP, with which key'],
  applyAgain(catalog),
  ['npm start -- --data DIR', 'ingest files of your own from the start'],
  [gatewayUrl, 'the edge host, for pages and apps on this machine (docs/edge.md)'],
  [`curl ${sinkUrl}/_sink/requests?path=/webhook`, 'what the webhook received'],
  [`curl ${sinkUrl}/vendors/google-ads/held`, 'who is in which audience at a vendor (docs/local.md)'],
  ['npm run stop', 'end everything that runs'],
])}
The files that were written for destinations, with nothing of your own AWS:
  ${asNobody(process.env)} s3 ls --recursive s3://${resources['exports-bucket']}
`;

/** How the AWS CLI is called so that it reaches the local AWS, whatever else the shell of the user is set up for. */
const asNobody = ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: key,
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_REGION: region,
}: NodeJS.ProcessEnv): string =>
  `env -u AWS_PROFILE -u AWS_SESSION_TOKEN AWS_ACCESS_KEY_ID=${key} AWS_SECRET_ACCESS_KEY=${secret} aws --region ${region} --endpoint-url ${endpoint}`;

const applyAgain = (catalog: string): readonly [string, string] =>
  isExampleCatalog(catalog)
    ? ['npm run tributary -- catalog apply', 'after a change in catalog/']
    : [`npm run tributary -- catalog apply --catalog ${catalog}`, 'after a change there'];

/** What to do or open, and what it is good for, in two columns. */
function listed(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([what]) => what.length));
  return lines.map(([what, why]) => `  ${what.padEnd(width)}  ${why}`).join('\n');
}
