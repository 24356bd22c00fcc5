import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { printReport } from '#cli/output.ts';
import { table } from '#cli/report/table.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import type { AudienceListing, RequestDestination } from '#core/activation/destination-type.ts';
import { maskedIdentity } from '#core/activation/errors/mask-words.ts';
import {
  type AudienceReconciliation,
  listedMembers,
  type RoutedIdentity,
  reconciled,
} from '#core/activation/reconcile.ts';
import { type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { routeAnew } from '#core/activation/reroute.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { groupBy } from '#core/util/group-by.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { vendorOf } from './ask-vendor.ts';
import { stageCommand } from './command.ts';
import { type FoundDestination, findDestination } from './find-destination.ts';
import { rejectHeld } from './guard-commands.ts';
import { laneQueues } from './lanes.ts';
import { reconcileSizes } from './reconcile-sizes.ts';

interface Options {
  readonly stage: string;
  readonly fix?: true;
  readonly json?: true;
}

const MAX_SAMPLES = 3;

export const reconcileCommand = (): Command =>
  stageCommand('reconcile', 'compare what a destination is believed to have with what its vendor lists')
    .option('--fix', 'send again what differs, through its lane')
    .action(reconcile);

async function reconcile(id: string, options: Options): Promise<void> {
  const found = await findDestination(id, options.stage);
  const type = requestTypeOf(found.definition);
  if (type?.listing) await reconcileMembers(found, type, type.listing, options);
  else if (type?.size) await reconcileSizes(found, type, type.size, options);
  else throw new UserError(cannotList(id, found.definition.type));
}

async function reconcileMembers(
  found: FoundDestination,
  type: RequestDestination<ProfileDestination>,
  listing: AudienceListing<ProfileDestination>,
  { stage, fix, json }: Options,
): Promise<void> {
  const { id } = found;
  if (fix) await rejectHeld(found);
  const { listed, missing } = await listAll(found, type, listing, stage);
  const audiences = await reconciled(id, listed, found.stores.deliveryStates.scan());
  const queued = fix ? await sendAgain(found, audiences) : undefined;
  const shown = {
    destination: id,
    audiences: audiences.map(({ segmentId, equal, onlyHere, leftHere, onlyThere }) => ({
      segmentId,
      equal,
      onlyHere: onlyHere.length,
      leftHere: leftHere.length,
      onlyThere: onlyThere.length,
      samples: [...onlyHere, ...leftHere].slice(0, MAX_SAMPLES).map(({ key }) => maskedIdentity(parseIdentityKey(key))),
    })),
    notMade: missing,
    ...(queued !== undefined && { queued }),
  };
  printReport(json, shown, asText(shown));
  if (!fix && audiences.some(({ onlyHere, leftHere }) => onlyHere.length + leftHere.length > 0))
    throw new NotAllAccepted();
}

/** What to do where nobody can look. */
const cannotList = (id: string, type: string): string =>
  `Nobody can list the members of an audience at "${type}" or ask how many there are, so there is nothing to compare "${id}" with. ` +
  `Compare sizes in its user interface with "tributary destination status ${id}" (vendors count whom they recognise, so theirs are smaller), ` +
  `see "tributary destination runs ${id}" for what failed, and send everything again with "tributary destination replay ${id} --since".`;

/** The members of each audience of the destination, as the vendor lists them; audiences that were never made have none. */
async function listAll(
  found: FoundDestination,
  type: RequestDestination<ProfileDestination>,
  listing: AudienceListing<ProfileDestination>,
  stage: string,
): Promise<{ readonly listed: ReadonlyMap<string, ReadonlySet<string>>; readonly missing: readonly string[] }> {
  const vendor = await vendorOf(found, type, stage);
  const { destination, context } = vendor;
  const listed = new Map<string, ReadonlySet<string>>();
  const missing: string[] = [];
  for (const segmentId of destination.segments) {
    const audience = await vendor.audienceId({ segmentId, kind: '' });
    if (audience === undefined) missing.push(segmentId);
    const members =
      audience === undefined
        ? new Set<string>()
        : await listedMembers(async (cursor) => {
            const outcome = await vendor.ask(listing.request(audience, cursor, destination, context));
            return 'kind' in outcome ? listing.answer(outcome, destination) : outcome;
          });
    if ('reason' in members) throw new UserError(`The vendor lists nobody of "${segmentId}": ${members.reason}.`);
    listed.set(segmentId, members);
  }
  return { listed, missing };
}

/** Routes anew whoever the vendor has otherwise than they were routed. @returns messages */
async function sendAgain(
  { id, resources, stores, catalog }: FoundDestination,
  audiences: readonly AudienceReconciliation[],
): Promise<number> {
  const deps = {
    ...stores,
    settings: stageSettings(catalog).route,
    outbox: new SqsOutbox(sqs(), laneQueues(resources)),
    now: Date.now,
    backoff: (attempt: number) => setTimeout(50 * 2 ** attempt),
  };
  const differing = audiences.flatMap(({ onlyHere, leftHere }): RoutedIdentity[] => [...onlyHere, ...leftHere]);
  let queued = 0;
  for (const [canonicalKey, own] of groupBy(differing, (each) => each.canonicalKey)) {
    const identities = [...new Set(own.map(({ key }) => key))];
    queued += (await routeAnew({ canonicalKey, destinationId: id, identities }, deps)).queued;
  }
  return queued;
}

interface Shown {
  readonly destination: string;
  readonly audiences: readonly {
    readonly segmentId: string;
    readonly equal: number;
    readonly onlyHere: number;
    readonly leftHere: number;
    readonly onlyThere: number;
    readonly samples: readonly string[];
  }[];
  readonly notMade: readonly string[];
  readonly queued?: number;
}

function asText({ destination, audiences, notMade, queued }: Shown): string {
  const head = ['audience', 'in both', 'missing there', 'should have left', 'of others', 'such as'];
  const rows = audiences.map(({ segmentId, equal, onlyHere, leftHere, onlyThere, samples }) => [
    segmentId,
    equal,
    onlyHere,
    leftHere,
    onlyThere,
    samples.join(' '),
  ]);
  return [
    `Destination ${destination}, by identities:`,
    table(head, rows),
    ...(notMade.length > 0 ? [`Not made at the vendor yet: ${notMade.join(', ')}`] : []),
    ...(queued === undefined
      ? []
      : [`${queued.toLocaleString('en-US')} messages queued; compare again when they are delivered.`]),
    '',
  ].join('\n');
}
