import {
  apiUrl,
  keyOf,
  sourcesOf,
  type TargetDestination,
} from '#core/activation/destinations/adobe-target/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type CreateVendor, respond } from '../vendor-server/vendor.ts';

interface Batch {
  readonly rows: readonly (readonly string[])[];
  readonly names: readonly string[];
  readonly since: number;
  failed?: number;
}

const PROCESSING_MS = 300_000;

/** Profiles by their third-party id. Nobody visits, so a second batch takes the place of the first. */
export const vendor: CreateVendor<TargetDestination> = (world) => {
  const { invalid, now, secret, destination } = world;
  const { client, authenticated } = destination;
  const profiles = new Map<string, ReadonlyMap<string, string>>();
  const batches = new Map<string, Batch>();

  const handIn = (body: string): HttpOutcome => {
    const [head = '', ...lines] = body.split('\n');
    if (!head.startsWith(`batch=${keyOf(destination)},`)) {
      return respond(200, '<response><success>false</success><message>No header</message></response>');
    }
    if (lines.length > 500_000) return respond(413);
    const rows = lines.map((line) => line.split(',').map(decodeURIComponent));
    const id = `${client}-${batches.size}`;
    batches.set(id, { rows, names: head.split(',').slice(1), since: now() });
    // The documents show an address without TLS.
    const address = `http://mboxedge45.tt.omtrdc.net/m2/${client}/profile/batchStatus?batchId=${id}`;
    return respond(
      200,
      `<response><success>true</success><batchStatus>${address}</batchStatus><message>Batch submitted for processing</message></response>`,
    );
  };

  const run = ({ rows, names }: Batch): number => {
    let failed = 0;
    for (const [id = '', ...values] of rows) {
      const filled = names.flatMap((name, i) => (values[i] ? [[`profile.${name}`, values[i]!] as const] : []));
      if (invalid.has(id)) failed += 1;
      else profiles.set(id, new Map(filled));
    }
    return failed;
  };

  const statusOf = (url: URL): HttpOutcome => {
    const id = url.searchParams.get('batchId')!;
    const batch = batches.get(id);
    if (!batch) return respond(200, '<response><success>false</success><message>No batch</message></response>');
    const size = batch.rows.length;
    const start = `<response><batchId>${id}</batchId>`;
    if (now() - batch.since < world.lasting(PROCESSING_MS)) {
      return respond(200, `${start}<status>incomplete</status><batchSize>${size}</batchSize></response>`);
    }
    batch.failed ??= run(batch);
    const counts = `<consumedCount>${size}</consumedCount><successfulUpdates>${size - batch.failed}</successfulUpdates><profilesNotFound>0</profilesNotFound><failedUpdates>${batch.failed}</failedUpdates>`;
    const details = url.searchParams.get('showDetails') === 'true' ? counts : '';
    return respond(200, `${start}<status>complete</status><batchSize>${size}</batchSize>${details}</response>`);
  };

  const update = (body: string): HttpOutcome => {
    const { mbox3rdPartyId: third, mboxPC, ...values } = Object.fromEntries(new URLSearchParams(body));
    const id = third ?? mboxPC;
    if (id === undefined || body.length > 60_000 || invalid.has(id)) return respond(400);
    profiles.set(id, new Map([...(profiles.get(id) ?? []), ...Object.entries(values)]));
    return respond(200, 'trueRequest successfully submitted');
  };

  const isAuthentic = (authorization?: string): boolean =>
    !authenticated || authorization === `Bearer ${secret.bearerToken}`;
  const isOfTarget = ({ origin, hostname }: URL): boolean =>
    destination.url ? origin === destination.url : hostname.endsWith('.tt.omtrdc.net');

  return {
    members: () =>
      new Set(
        [...profiles].flatMap(([id, values]) =>
          [...values].flatMap(([name, value]) => {
            const source = sourcesOf(destination).get(name.slice('profile.'.length));
            return value === 'true' && source && 'segment' in source ? [`${id}|${source.segment}`] : [];
          }),
        ),
      ),
    answer: ({ method, url: text, headers, body }: HttpRequest) => {
      if (!isAuthentic(headers.authorization)) return respond(401);
      const url = new URL(text);
      if (url.pathname === `/m2/${client}/profile/batchStatus` && isOfTarget(url)) return statusOf(url);
      if (method !== 'POST' || url.origin !== apiUrl(destination)) return respond(404);
      if (url.pathname === `/m2/${client}${destination.version === 'v2' ? '/v2' : ''}/profile/batchUpdate`)
        return handIn(body);
      return url.pathname === destination.singlePath ? update(body) : respond(404);
    },
  };
};
