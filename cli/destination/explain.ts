import { Command } from 'commander';
import { parseIdentity } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { deliveryExplanationAsJson, printDeliveryExplanation } from '#cli/report/print-delivery-explanation.ts';
import { UserError } from '#cli/user-error.ts';
import { explainDelivery } from '#core/access/explain-delivery.ts';
import type { FoundProfile } from '#core/access/find-profile.ts';
import {
  type DeliveryError,
  mergedErrors,
  profileReference,
  referenceKey,
} from '#core/activation/errors/delivery-error.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { requestTypeOf } from '#core/activation/registry.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { type FoundDestination, findDestination } from './find-destination.ts';
import { readSecret } from './secrets.ts';

/** So long errors are kept. */
const KEPT_MS = 14 * DAY_MS;
const MAX_ERRORS = 20;

export const explainCommand = (): Command =>
  new Command('explain')
    .description(
      'why a person was delivered to a destination, or was not: memberships, identities, consent, policies, errors',
    )
    .argument('<id>', 'which destination')
    .argument('<NS:VALUE>', 'any identity of the person, e.g. CRMID:C00001', parseIdentity)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (id: string, identity: IdentityKey, { stage, json }: { stage: string; json?: true }) => {
      const found = await findDestination(id, stage);
      const { stores, definition, catalog } = found;
      const { access, route } = stageSettings(catalog);
      const now = Date.now();
      const explanation = await explainDelivery(identity, definition, {
        ...stores,
        settings: access,
        route,
        now,
        isHeld: (await stores.guards.states([id])).get(id)?.held !== undefined,
        errorsOf: (profile) => errorsOf(profile, stage, found, now),
      });
      if (!explanation) throw new UserError(`No profile has the identity ${identity} in stage ${stage}.`);
      printReport(json, deliveryExplanationAsJson(explanation), printDeliveryExplanation(explanation));
    });

/** What a destination said about a person; nothing where it does not answer for single people. */
async function errorsOf(
  { item }: FoundProfile,
  stage: string,
  { id, definition, resources, stores }: FoundDestination,
  now: number,
): Promise<readonly DeliveryError[]> {
  if (!requestTypeOf(definition)) return [];
  const key = referenceKey(readCredentials(await readSecret(id, stage, resources)));
  if (key === undefined) return [];
  const about = new Set([item.canonicalKey, ...item.mergedIn].map((each) => profileReference(each, key)));
  const all = mergedErrors(await stores.deliveryErrors.list(id, now - KEPT_MS, now));
  return all
    .filter(({ profile }) => about.has(profile))
    .sort((x, y) => y.last - x.last)
    .slice(0, MAX_ERRORS);
}
