import { Command } from 'commander';
import { knownConnectionKey } from '#cli/local/catalog-variables.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printEndpoints, type StageEndpoints } from '#cli/report/print-endpoints.ts';
import { projectRoot } from '#cli/root.ts';
import { localAws, reachableEndpoint, signedFor } from '#cli/stage/endpoints.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { LOCAL_STAGE, type Resources, useStage } from '#cli/stage/use-stage.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { keySha256 } from '#core/ingestion/collection/connection.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { isRaw } from '#core/ingestion/raw-records/connections.ts';

export const endpointsCommand = (): Command =>
  new Command('endpoints')
    .description('print the addresses at which a running stage receives records and returns profiles')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async ({ stage, json }: { stage: string; json?: true }) => {
      const resources = await useStage(stage);
      const catalog = await activeCatalog(storesOf(resources).catalog);
      const endpoints = { stage, ...(await endpointsOf(resources, stage)), ...connectionsOf(stage, catalog) };
      printReport(json, endpoints, printEndpoints(endpoints));
    });

/** Where the endpoints of a stage can be called from here. Keys are told of the local stage only: there they are made up. */
export async function endpointsOf(
  resources: Resources,
  stage = LOCAL_STAGE,
): Promise<
  Pick<
    StageEndpoints,
    | 'collection'
    | 'edge'
    | 'texts'
    | 'textEvents'
    | 'batch'
    | 'management'
    | 'token'
    | 'profiles'
    | 'rejected'
    | 'destinations'
    | 'access'
    | 'stream'
    | 'landing'
  >
> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  const local = await localAws();
  return {
    collection: reachableEndpoint(resources['collection-url'], local),
    edge: reachableEndpoint(resources['edge-url'], local),
    texts: reachableEndpoint(resources['texts-url'], local),
    ...(resources['text-events-topic'] !== 'none' && { textEvents: resources['text-events-topic'] }),
    batch: reachableEndpoint(resources['batch-url'], local),
    management: reachableEndpoint(resources['management-url'], local),
    token: reachableEndpoint(resources['token-url'], local),
    profiles: reachableEndpoint(resources['profiles-url'], local),
    rejected: reachableEndpoint(resources['rejected-url'], local),
    destinations: reachableEndpoint(resources['destinations-url'], local),
    access: {
      ...reachableEndpoint(resources['access-url'], local),
      signedFor: signedFor(resources['access-url']),
      signedBy:
        stage === LOCAL_STAGE
          ? `${AWS_ACCESS_KEY_ID}:${AWS_SECRET_ACCESS_KEY}`
          : '$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY',
    },
    stream: resources['collection-stream'],
    landing: resources['landing-bucket'],
  };
}

/** The connections of the catalog active, and the key of one of them where this machine has it. */
function connectionsOf(stage: string, catalog: CompiledCatalog): Pick<StageEndpoints, 'connections' | 'key'> {
  const connections = [...catalog.sourceConnections.values()];
  const key = stage === LOCAL_STAGE ? knownConnectionKey(projectRoot) : undefined;
  const opened = key && connections.find((connection) => connection.keySha256.includes(keySha256(key)));
  return {
    connections: connections.map((connection) => ({ id: connection.id, datasets: datasetsOf(connection, catalog) })),
    ...(opened && { key: { connection: opened.id, key } }),
  };
}

/** The datasets that records of a connection may be of; raw records do not name theirs. */
function datasetsOf(connection: SourceConnectionDefinition, catalog: CompiledCatalog): string[] {
  const { dataset, rules = [], datasets = [...catalog.datasets.keys()] } = connection;
  if (!isRaw(connection)) return [...datasets];
  return [...new Set([...rules.map((rule) => rule.dataset), ...(dataset === undefined ? [] : [dataset])])];
}
