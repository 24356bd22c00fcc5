import type { Command } from 'commander';
import { parseInstant } from '#cli/options.ts';
import { printReport } from '#cli/output.ts';
import { asErrors, printErrors } from '#cli/report/print-errors.ts';
import { UserError } from '#cli/user-error.ts';
import {
  type DeliveryError,
  mergedErrors,
  profileReference,
  referenceKey,
} from '#core/activation/errors/delivery-error.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { requestTypeOf } from '#core/activation/registry.ts';
import { loadItems } from '#core/profile/load.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { stageCommand } from './command.ts';
import { type FoundDestination, findDestination } from './find-destination.ts';
import { readSecret } from './secrets.ts';

interface Options {
  readonly stage: string;
  readonly since?: number;
  readonly reason?: string;
  readonly identity?: string;
  readonly json?: true;
}

/** So long errors are kept. */
const KEPT_MS = 14 * DAY_MS;

export const errorsCommand = (): Command =>
  stageCommand('errors', 'why a destination did not take single people, in its words, masked; the newest first')
    .option('--since <time>', 'how far back (ISO 8601): a day, at most fourteen', parseInstant)
    .option('--reason <reason>', 'only errors with this reason, or of this class: retry, stop, drop')
    .option('--identity <NS:VALUE>', 'only errors about this person')
    .action(showErrors);

async function showErrors(id: string, options: Options): Promise<void> {
  const found = await findDestination(id, options.stage);
  const { definition, stores } = found;
  if (!requestTypeOf(definition)) {
    throw new UserError(
      `"${id}" is of type "${definition.type}", which does not answer for single people: see tributary destination runs ${id}.`,
    );
  }
  const now = Date.now();
  const since = Math.max(options.since ?? now - DAY_MS, now - KEPT_MS);
  const all = mergedErrors(await stores.deliveryErrors.list(id, since, now)).filter(({ last }) => last >= since);
  const about = options.identity === undefined ? undefined : await referencesTo(options.identity, options.stage, found);
  const isWanted = ({ profile, reason, errorClass }: DeliveryError): boolean =>
    (options.reason === undefined || reason === options.reason || errorClass === options.reason) &&
    (about?.has(profile) ?? true);
  const runs = await stores.dataflow.runs(id, since, now);
  const shown = {
    destination: id,
    since: new Date(since).toISOString(),
    rejected: runs.reduce((sum, { failed }) => sum + failed, 0),
    retried: runs.reduce((sum, { retried }) => sum + retried, 0),
    errors: asErrors(all.filter(isWanted)),
  };
  printReport(options.json, shown, printErrors(shown));
}

/** How errors refer to the person who has an identity: by the item they are in, and those it was joined from. */
async function referencesTo(
  identity: string,
  stage: string,
  { id, resources, stores, catalog }: FoundDestination,
): Promise<ReadonlySet<string>> {
  const key = referenceKey(readCredentials(await readSecret(id, stage, resources)));
  if (key === undefined) throw new UserError(`The secret of "${id}" is empty, so that its errors refer to nobody.`);
  const stored = await storedKey(identity, catalog.normalForms, stores.profiles);
  const { items } = await loadItems([stored], stores.profiles);
  const keys = items.flatMap(({ canonicalKey, mergedIn }) => [canonicalKey, ...mergedIn]);
  return new Set([stored, ...keys].map((each) => profileReference(each, key)));
}
