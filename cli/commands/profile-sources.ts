import { Command } from 'commander';
import { parseIdentity } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printAttributeSources } from '#cli/report/print-profile.ts';
import { isProtected } from '#cli/stage/protection.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { AccessSettings } from '#core/access/access.ts';
import { sourcesOfAttributes } from '#core/access/attribute-sources.ts';
import { findProfile } from '#core/access/find-profile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import type { IdentityKey } from '#core/record/identity.ts';

interface Flags {
  readonly stage: string;
  readonly json?: true;
}

/** `profile sources`: where each value of a person comes from. */
export const profileSourcesCommand = (): Command =>
  new Command('sources')
    .description('print each attribute of a person with the dataset and the time of the record it comes from')
    .argument('<NS:VALUE>', 'any identity of the person, e.g. CRMID:C00001', parseIdentity)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (identity: IdentityKey, { stage, json }: Flags) => {
      const resources = await useStage(stage);
      // Who reads whom is written down there, and this reads the tables.
      if (await isProtected(resources))
        throw new UserError(`The stage "${stage}" is protected: people are read through its API (docs/profiles.md).`);
      const stores = storesOf(resources);
      const settings = stageSettings(await activeCatalog(stores.catalog)).access;
      const answer = await profileSources(identity, stores, settings);
      if (!answer) throw new UserError(`No profile has the identity ${identity} in stage ${stage}.`);
      printReport(json, answer, printAttributeSources(answer));
    });

/** What `profile sources` prints; undefined where nobody is known by the identity. */
export async function profileSources(
  identity: IdentityKey,
  stores: Pick<Parameters<typeof findProfile>[2], 'profiles'>,
  settings: AccessSettings,
) {
  const key = await storedKey(identity, settings.normalForms, stores.profiles);
  const found = await findProfile(key, settings.mergePolicy, { ...stores, settings });
  if (!found) return undefined;
  const attributes = sourcesOfAttributes(found, settings).map(({ keys, value, datasetId, identity: of, time }) => ({
    path: keys.join('.'),
    value,
    dataset: datasetId,
    recordedAt: new Date(time).toISOString(),
    identity: of,
  }));
  attributes.sort((x, y) => (x.path < y.path ? -1 : 1));
  return { profile: found.profile.key, mergePolicyId: settings.mergePolicy.id, attributes };
}
