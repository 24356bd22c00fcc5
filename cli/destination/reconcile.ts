import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { table } from '#cli/report/table.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { createExchange } from '#core/activation/deliver/exchange.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import { maskedIdentity } from '#core/activation/errors/mask-words.ts';
import { Authenticator } from '#core/activation/http/authenticator.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { Tokens } from '#core/activation/http/tokens.ts';
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
import { createAwsSigner } from '#lambdas/adapters/aws/signer.ts';
import { dynamoDb, sqs, sts } from '#lambdas/adapters/clients.ts';
import { createDynamoDbVendorState } from '#lambdas/adapters/dynamodb/vendor-state.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { type FoundDestination, findDestination } from './find-destination.ts';
import { rejectHeld } from './guard-commands.ts';
import { laneQueues } from './lanes.ts';
import { readSecret } from './secrets.ts';

interface Options {
  readonly stage: string;
  readonly fix?: true;
  readonly json?: true;
}

const MAX_SAMPLES = 3;

export const reconcileCommand = (): Command =>
  new Command('reconcile')
    .description('compare what a destination is believed to have with what its vendor lists')
    .argument('<id>', 'which destination')
    .option('--fix', 'send again what differs, through its lane')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(reconcile);

async function reconcile(id: string, { stage, fix, json }: Options): Promise<void> {
  const found = await findDestination(id, stage);
  const type = requestTypeOf(found.definition);
  if (!type?.listing) throw new UserError(cannotList(id, found.definition.type));
  if (fix) await rejectHeld(found);
  const { listed, missing } = await listAll(found, type, stage);
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
  `Nobody can list the members of an audience at "${type}", so there is nothing to compare "${id}" with. ` +
  `Compare sizes in its user interface with "tributary destination status ${id}" (vendors count whom they recognise, so theirs are smaller), ` +
  `see "tributary destination runs --destination ${id}" for what failed, and send everything again with "destination replay --since".`;

/** The members of each audience of the destination, as the vendor lists them; audiences that were never made have none. */
async function listAll(
  { id, definition, resources, catalog }: FoundDestination,
  type: RequestDestination<ProfileDestination>,
  stage: string,
): Promise<{ readonly listed: ReadonlyMap<string, ReadonlySet<string>>; readonly missing: readonly string[] }> {
  const destination = definition as ProfileDestination;
  const vendorState = createDynamoDbVendorState(dynamoDb(), resources['operations-table'], Date.now);
  const http = createHttpClient({ allowPrivate: stage === 'local' });
  const awsSigner = createAwsSigner({ credentials: () => dynamoDb().config.credentials(), sts, now: Date.now });
  const exchange = createExchange(
    { http, awsSigner },
    new Authenticator(new Tokens(http, vendorState.tokens, Date.now)),
  );
  const context = {
    credentials: readCredentials(await readSecret(id, stage, resources)),
    now: Date.now(),
    segmentName: (segmentId: string) => catalog.segmentDefinitions.get(segmentId)?.name,
    audienceId: () => undefined,
  };
  const listed = new Map<string, ReadonlySet<string>>();
  const missing: string[] = [];
  for (const segmentId of destination.segments) {
    const key = { segmentId, kind: '' };
    const audience = type.audiences?.given(key, destination) ?? (await vendorState.audienceIds.get(id, key));
    if (audience === undefined) missing.push(segmentId);
    const members =
      audience === undefined
        ? new Set<string>()
        : await listedMembers(async (cursor) => {
            const outcome = await exchange(type.listing!.request(audience, cursor, destination, context), {
              destination,
              type,
              context,
            });
            return 'kind' in outcome ? type.listing!.answer(outcome, destination) : outcome;
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
