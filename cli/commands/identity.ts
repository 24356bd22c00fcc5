import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { z } from 'zod';
import { parseIdentity } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { day, printExplanation, printLinks, sourcesOf } from '#cli/report/print-identity.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { identityGraphOf } from '#core/access/identity-graph.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { stepsFrom } from '#core/identity/link-paths.ts';
import type { Link, LinkingRules } from '#core/identity/linking-rules.ts';
import type { NormalForms } from '#core/identity/normal-form.ts';
import { simulate, simulationInput } from '#core/identity/simulate.ts';
import { problemOf, renderProblem } from '#core/library/input.ts';
import { type Explanation, explain } from '#core/profile/links/explain.ts';
import { unlink } from '#core/profile/links/unlink.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';

export const identityCommand = (): Command =>
  new Command('identity')
    .description('explain, unlink and simulate identity graphs')
    .addCommand(explainCommand())
    .addCommand(unlinkCommand())
    .addCommand(simulateCommand());

const explainCommand = (): Command =>
  new Command('explain')
    .description('explain why an identity belongs to its profile: the links that connect it, and the removed ones')
    .argument('<NS:VALUE>', 'the identity', parseIdentity)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .exitOverride()
    .action(async (identity: IdentityKey, { stage, json }: { stage: string; json?: true }) => {
      const graph = await graphOf(stage);
      const explanation = await explain(await storedKey(identity, graph.normalForms, graph.profiles), graph);
      if (!explanation) throw unknownIdentity(identity);
      printReport(json, { ...asJson(explanation), graph: identityGraphOf(explanation) }, printExplanation(explanation));
    });

interface UnlinkOptions {
  readonly reason: string;
  readonly by: string;
  readonly stage: string;
  readonly json?: true;
}

const unlinkCommand = (): Command =>
  new Command('unlink')
    .description('remove the link between two identities; profiles, audiences and destinations follow')
    .argument('<NS:VALUE>', 'one identity', parseIdentity)
    .argument('<NS:VALUE>', 'the other', parseIdentity)
    .requiredOption('--reason <text>', 'why, for the link history')
    .option('--by <name>', 'who does it', userInfo().username)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .exitOverride()
    .action(async (one: IdentityKey, other: IdentityKey, options: UnlinkOptions) => {
      const deps = { ...(await graphOf(options.stage)), now: Date.now, backoff: backoffBefore };
      const [a, b] = (await Promise.all(
        [one, other].map((asked) => storedKey(asked, deps.normalForms, deps.profiles)),
      )) as [IdentityKey, IdentityKey];
      const unlinked = await unlink(a, b, { who: options.by, reason: options.reason }, deps);
      if (unlinked.outcome === 'unknown-identity') throw unknownIdentity(unlinked.identity);
      if (unlinked.outcome === 'not-linked') {
        const through = `; they are on one profile through:\n${printLinks(unlinked.connection, a)}`;
        throw new UserError(`There is no link between the two${unlinked.connection.length > 0 ? through : ''}`);
      }
      const { link, remaining } = unlinked;
      const rest = `They still are on one profile through:\n${printLinks(remaining, a)}\n`;
      const text = `Withdrawn:\n${printLinks([link])}\n${remaining.length === 0 ? '' : rest}`;
      printReport(options.json, { withdrawn: linksAsJson([link])[0], remaining: linksAsJson(remaining, a) }, text);
    });

interface StageGraph {
  readonly profiles: ProfileStore;
  readonly rules: LinkingRules;
  readonly normalForms: NormalForms;
}

async function graphOf(stage: string): Promise<StageGraph> {
  const stores = storesOf(await useStage(stage));
  const catalog = await activeCatalog(stores.catalog);
  return { profiles: stores.profiles, rules: stageSettings(catalog).fold.links, normalForms: catalog.normalForms };
}

const unknownIdentity = (identity: IdentityKey): UserError =>
  new UserError(`There are no data for ${identity}. Namespaces and values are case-sensitive.`);

/** @param start as {@link printLinks} has it */
const linksAsJson = (links: readonly Link[], start?: IdentityKey): object[] =>
  stepsFrom(start, links).map(({ from, to, link }) => ({
    from,
    to,
    firstSeen: day(link.firstSeen),
    lastSeen: day(link.lastSeen),
    datasets: sourcesOf(link),
  }));

/** Instants as people write them. */
function asJson({ path, removed, links: _links, ...rest }: Explanation): object {
  return {
    ...rest,
    path: linksAsJson(path, rest.profile),
    removed: removed.map(({ a, b, at, why, unlinking, isBack }) => ({
      link: [a, b],
      at: day(at),
      why,
      ...unlinking,
      isBack,
    })),
  };
}

const simulateCommand = (): Command =>
  new Command('simulate')
    .description('print the graphs that a sequence of events ends in, under the linking rules')
    .argument('<file>', 'JSON: {namespacePriority, uniqueNamespaces, limit?, namespaceTypes?, events}')
    .option(
      '--value-rules',
      'also reject what the platform rejects of single values, such as an ECID that is too short',
    )
    .option('--json', 'the result is JSON in any case; with this, an error is so too')
    .exitOverride()
    .action((path: string, { valueRules }: { valueRules?: true }) => {
      const { rejections, ...result } = simulate(readSimulation(path), valueRules ? 'checked' : 'unchecked');
      for (const { atEvent, reason } of rejections) {
        process.stderr.write(`${path}: /events/${atEvent}: not linked, or not completely: ${reason}\n`);
      }
      process.stdout.write(`${JSON.stringify(result)}\n`);
    });

function readSimulation(path: string): z.output<typeof simulationInput> {
  const parsed = simulationInput.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  throw new UserError(parsed.error.issues.map((issue) => `${path}: ${renderProblem(problemOf(issue))}`).join('\n'));
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${(error as Error).message}`);
  }
}
