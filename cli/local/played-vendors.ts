import { provideSecret } from '#cli/destination/secrets.ts';
import { localAws, reachableEndpoint } from '#cli/stage/endpoints.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { LOCAL_STAGE } from '#cli/stage/use-stage.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { requestTypeOf } from '#core/activation/registry.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Held } from './audience-files.ts';
import { heldInBucket, heldInStream, provideStream } from './aws-receivers.ts';
import type { Sink } from './sink.ts';
import type { SinkClient } from './sink-client.ts';
import { hasFakeVendor, TOKEN_PATH } from './vendor-server/account.ts';

/** The vendors of a catalog's destinations, played on this machine (docs/local.md, "Vendors"). */

/** Real vendors are asked for results that come later once in some minutes. */
const STATUS_SECONDS = '2';

/** `${GOOGLE_ADS_URL}` of the destination `google-ads`. */
const variable = (id: string, what: string): string => `${id.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_${what}`;

const hasOwnPort = ({ type }: DestinationDefinition): boolean => type !== 'http' && hasFakeVendor(type);

/**
 * Has a vendor listen for each destination that may be played, and makes the streams that others are put on.
 * @returns the variables that lead a catalog there
 */
export async function openVendors({ destinations }: Catalog, sink: Sink): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const destination of destinations.filter(hasOwnPort)) {
    const { id, type } = destination;
    const { port, hostKey } = await sink.client.openVendor(id, type);
    const origin = originAt(port, sink);
    if (hostKey !== undefined) {
      variables[variable(id, 'HOST')] = new URL(origin).hostname;
      variables[variable(id, 'PORT')] = String(port);
      variables[variable(id, 'HOST_KEY')] = hostKey;
      continue;
    }
    variables[variable(id, 'URL')] = origin;
    variables[variable(id, 'TOKEN_URL')] = `${origin}${TOKEN_PATH}`;
    variables[variable(id, 'STATUS_SECONDS')] = STATUS_SECONDS;
    if (requestTypeOf(destination)?.texts) variables[variable(id, 'TIME_ZONE')] = zoneOfDay(Date.now());
  }
  for (const { id } of destinations.filter(({ type }) => type === 'kinesis')) {
    variables[variable(id, 'ARN')] = await provideStream(`${LOCAL_STAGE}-${id}`);
  }
  return variables;
}

/**
 * A time zone where it is neither night nor soon will be, so that nobody has to wait for the end of quiet hours: one of two,
 * half a day apart.
 */
export const zoneOfDay = (now: number): string => {
  const hour = new Date(now).getUTCHours();
  return hour >= 8 && hour < 20 ? 'UTC' : 'Etc/GMT-12';
};

/** A port on the machine of the sink, as Lambdas know it. */
function originAt(port: number, { urlForLambdas }: Pick<Sink, 'urlForLambdas'>): string {
  const url = new URL(urlForLambdas);
  url.port = String(port);
  return url.origin;
}

/** Tells the vendors who their customers are, and puts what they give them into the secrets of the destinations. */
export async function configureVendors(
  { destinations, segments }: Catalog,
  variables: Readonly<Record<string, string>>,
  sink: Sink,
  resources: Resources,
): Promise<void> {
  const callback = reachableEndpoint(resources['texts-url'], await localAws());
  const segmentNames = Object.fromEntries(segments.flatMap(({ id, name }) => (name === undefined ? [] : [[id, name]])));
  for (const destination of destinations) {
    const origin = playedAt(destination, variables, sink);
    if (origin === undefined) continue;
    const secret = await sink.client.configureVendor(origin, { destination, segmentNames, callback });
    if (Object.keys(secret).length > 0) await provideSecret(destination.id, LOCAL_STAGE, secret, resources);
  }
}

/** Where the vendor of a destination is played, if the catalog leads there. */
function playedAt(
  destination: DestinationDefinition,
  variables: Readonly<Record<string, string>>,
  { urlForLambdas }: Sink,
): string | undefined {
  if (destination.type === 'sftp') return playedFiles(destination, variables);
  const url = 'url' in destination ? destination.url : undefined;
  if (typeof url !== 'string') return undefined;
  const { origin } = new URL(url);
  const own = hasOwnPort(destination) ? variables[variable(destination.id, 'URL')] : new URL(urlForLambdas).origin;
  return origin === own && hasFakeVendor(destination.type) ? origin : undefined;
}

function playedFiles(
  { id, host, port }: Extract<DestinationDefinition, { type: 'sftp' }>,
  variables: Readonly<Record<string, string>>,
): string | undefined {
  const isHere = variables[variable(id, 'HOST')] === host && variables[variable(id, 'PORT')] === String(port);
  return isHere ? `http://${host}:${port}` : undefined;
}

/** Destination → audience → identifiers: what each receiver holds that is played, or reads from the local AWS. */
export async function heldByReceivers(
  destinations: Iterable<DestinationDefinition>,
  sink: SinkClient,
  exports: ObjectStore,
): Promise<Readonly<Record<string, Held>>> {
  const held: Record<string, Held> = {};
  const played = new Set((await sink.vendors()).map(({ id }) => id));
  for (const destination of destinations) {
    const { id } = destination;
    if (played.has(id)) held[id] = await sink.held(id);
    else if (destination.type === 'kinesis') held[id] = await heldInStream(destination.stream);
    else if (destination.type === 's3-file' && hasStatusOfEach(destination))
      held[id] = await heldInBucket(exports, destination);
  }
  return held;
}

/** Whether files say who left, and under a name of their own each. */
const hasStatusOfEach = ({
  identity,
  attributes,
  fileName,
}: Extract<DestinationDefinition, { type: 's3-file' }>): boolean =>
  identity !== undefined && fileName === undefined && attributes.includes('segmentMembership.status');
