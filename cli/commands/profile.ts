import { Command, InvalidArgumentError, Option } from 'commander';
import { parseIdentity, parseInstant } from '#cli/options.ts';
import { printEvents, printProfile } from '#cli/report/print-profile.ts';
import { type ProfileReader, readerByApi, readerOfStores } from '#cli/stage/profile-reader.ts';
import { isProtected } from '#cli/stage/protection.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { type Resources, useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { type EntitiesRequest, EVENT_SCHEMA, isAccessProblem, PROFILE_SCHEMA } from '#core/access/access.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { profileSourcesCommand } from './profile-sources.ts';

export interface GetFlags {
  readonly stage: string;
  readonly mergePolicy?: string;
  readonly fields?: readonly string[];
  readonly events?: true;
  readonly from?: number;
  readonly to?: number;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly start?: string;
  readonly json?: true;
}

export function profileCommand(): Command {
  const command = new Command('profile').description('show the profile and the events of a person');
  command
    .command('get')
    .description('print the profile of a person, or the events of it, by any identity')
    .argument('<NS:VALUE>', 'any identity of the person, e.g. CRMID:C00001', parseIdentity)
    .option('--stage <name>', 'stage', 'local')
    .option('--merge-policy <id>', 'merge policy; the default one when omitted')
    .option('--fields <list>', 'only these fields: dotted paths with commas between', (list) => list.split(','))
    .option('--events', 'the events instead of the profile')
    .option('--from <instant>', 'only events at this instant or later', parseInstant)
    .option('--to <instant>', 'only events before this instant', parseInstant)
    .addOption(new Option('--order <order>', 'events by time').choices(['asc', 'desc']).default('asc'))
    .option('--limit <number>', 'events, 1,000 at most', parseLimit, 1_000)
    .option('--start <token>', 'go on after an earlier page of events')
    .option('--json', 'print JSON, one object as the entities API answers it; an error as the last line of stderr')
    .exitOverride()
    .action(async (identity: string, flags: GetFlags) => {
      const resources = await useStage(flags.stage);
      process.stdout.write(await getProfile(identity, flags, await readerOf(resources)));
    });
  command.addCommand(profileSourcesCommand());
  return command;
}

/** Through the API where a stage is protected, so that it is written down who reads whom; else from its tables. */
async function readerOf(resources: Resources): Promise<ProfileReader> {
  if (await isProtected(resources)) return readerByApi(resources['access-url']);
  const stores = storesOf(resources);
  const settings = stageSettings(await activeCatalog(stores.catalog)).access;
  return readerOfStores({ ...stores, settings, now: Date.now() });
}

/** What `profile get` prints. @throws UserError when nobody is known by the identity, or the request makes no sense */
export async function getProfile(identity: string, flags: GetFlags, read: ProfileReader): Promise<string> {
  const answer = await read(requestOf(identity, flags));
  if (isAccessProblem(answer)) {
    if (answer.status !== 404) throw new UserError(`${answer.title}. ${answer.detail ?? ''}`.trim());
    const policy = flags.mergePolicy === undefined ? '' : ` under merge policy ${flags.mergePolicy}`;
    throw new UserError(`No profile has the identity ${identity} in stage ${flags.stage}${policy}.`);
  }
  if (flags.json) return `${JSON.stringify('_page' in answer ? answer : { [identity]: answer })}\n`;
  return '_page' in answer ? printEvents(identity, answer) : printProfile(identity, answer);
}

function requestOf(identity: string, flags: GetFlags): EntitiesRequest {
  const { fields, mergePolicy, from, to, start } = flags;
  return {
    schema: flags.events ? EVENT_SCHEMA : PROFILE_SCHEMA,
    identities: [{ entityId: identity, ...(start !== undefined && { start }) }],
    ...(fields && { fields: fields.map((path) => path.trim()).filter((path) => path !== '') }),
    ...(mergePolicy !== undefined && { mergePolicyId: mergePolicy }),
    ...(from !== undefined && { startTime: from }),
    ...(to !== undefined && { endTime: to }),
    limit: flags.limit,
    orderby: flags.order === 'desc' ? '-timestamp' : 'timestamp',
    properties: [],
  };
}

function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 1_000) throw new InvalidArgumentError('Expected a whole number from 1 to 1000');
  return limit;
}
