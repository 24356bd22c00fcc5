import { Command } from 'commander';
import { parseIdentity } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { audienceExplanationAsJson, printAudienceExplanation } from '#cli/report/print-audience-explanation.ts';
import { explainerOf } from '#cli/stage/explain.ts';
import { storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { IdentityKey } from '#core/record/identity.ts';

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
      const explain = await explainerOf(storesOf(await useStage(stage)), Date.now());
      const explanation = await explain(id, identity);
      if (!explanation) throw new UserError(`No profile has the identity ${identity} in stage ${stage}.`);
      printReport(json, audienceExplanationAsJson(explanation), printAudienceExplanation(identity, explanation));
    });
