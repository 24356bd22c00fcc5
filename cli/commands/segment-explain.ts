import { Command } from 'commander';
import { parseIdentity } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { audienceExplanationAsJson, printAudienceExplanation } from '#cli/report/print-audience-explanation.ts';
import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { type AudienceExplanation, explainAudience } from '#core/access/explain-audience.ts';
import { segmentOptions } from '#core/catalog/compile-people.ts';
import { segmentWithNeeded } from '#core/catalog/plan-segment.ts';
import { profileDatasets, settingsForSegment, stageSettings } from '#core/catalog/stage-settings.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { activeDefinitions } from '#lambdas/adapters/dynamodb/catalog-store.ts';

interface ExplainFlags {
  readonly stage: string;
  readonly json?: true;
}

/** `segment explain`: why a person is in an audience, or is not. */
export const segmentExplainCommand = (): Command =>
  new Command('explain')
    .description(
      'explain why a person is in an audience or is not: each part of its rule with the values of the person',
    )
    .argument('<id>', 'id of a segment of the active catalog')
    .argument('<NS:VALUE>', 'any identity of the person, e.g. CRMID:C00001', parseIdentity)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (id: string, identity: IdentityKey, { stage, json }: ExplainFlags) => {
      const explanation = await explainOnStage(id, identity, storesOf(await useStage(stage)), Date.now());
      if (!explanation) throw new UserError(`No profile has the identity ${identity} in stage ${stage}.`);
      printReport(json, audienceExplanationAsJson(explanation), printAudienceExplanation(identity, explanation));
    });

/** @throws UserError where the catalog has no such segment */
async function explainOnStage(
  id: string,
  identity: IdentityKey,
  stores: StageStores,
  now: number,
): Promise<AudienceExplanation | undefined> {
  const [definitions, compiled] = [await activeDefinitions(stores.catalog), await activeCatalog(stores.catalog)];
  const needed = definitions && segmentWithNeeded(definitions, id);
  if (!needed) {
    const ids = definitions?.segments.map((segment) => segment.id) ?? [];
    throw new UserError(
      `The active catalog has no segment "${id}"; ${didYouMean(id, ids) ?? `it has: ${ids.join(', ') || 'none'}`}`,
    );
  }
  const datasets = profileDatasets(compiled.datasets);
  const audience = {
    definitions: needed,
    options: segmentOptions(definitions!),
    mergePolicy: settingsForSegment(compiled, needed.at(-1)!).mergePolicy,
  };
  return explainAudience(identity, audience, {
    settings: stageSettings(compiled).access,
    profiles: stores.profiles,
    memberships: stores.memberships,
    timeline: stores.timeline,
    lookups: lookupReader(stores.lookups),
    isProfileEnabled: (datasetId) => datasets.has(datasetId),
    now,
  });
}
