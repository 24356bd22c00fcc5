import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { Command } from 'commander';
import { parseIdentity, parseInstant } from '#cli/options.ts';
import { JSON_LINES_OPTION, printList } from '#cli/output.ts';
import { table } from '#cli/report/table.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { type Resources, useStage } from '#cli/stage/use-stage.ts';
import { findProfile } from '#core/access/find-profile.ts';
import type { ProfileRead } from '#core/access/read-log.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { createDigests } from '#core/governance/suppression.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { dynamoDb, secretsManager } from '#lambdas/adapters/clients.ts';
import { DynamoDbReadLog } from '#lambdas/adapters/dynamodb/read-log.ts';

const WEEK_MS = 7 * DAY_MS;

interface AuditFlags {
  readonly stage: string;
  readonly identity?: string;
  readonly caller?: string;
  readonly since?: number;
  readonly until?: number;
  readonly json?: true;
}

export const auditCommand = (): Command =>
  new Command('audit')
    .description('print who read which person, from the audit records of a stage')
    .option('--identity <NS:VALUE>', 'only reads of a person, by any identity that the profile has now', parseIdentity)
    .option('--caller <id>', 'only reads of a caller: the id of a client, or the ARN of a principal of AWS')
    .option('--since <instant>', 'from this instant on; the last seven days when omitted', parseInstant)
    .option('--until <instant>', 'before this instant', parseInstant)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_LINES_OPTION)
    .action(async ({ stage, identity, caller, since, until, json }: AuditFlags) => {
      const resources = await useStage(stage);
      const log = new DynamoDbReadLog(dynamoDb(), resources['audit-table'], 1);
      const now = Date.now();
      const digests = identity === undefined ? undefined : await digestsOf(identity, resources);
      const reads: ProfileRead[] = [];
      for await (const read of log.reads({ since: since ?? now - WEEK_MS, until: until ?? now + 60_000 })) {
        if (caller !== undefined && read.caller.id !== caller) continue;
        if (digests && !read.identities.some((digest) => digests.has(digest))) continue;
        reads.push(read);
      }
      printList(json, reads, textOf(reads));
    });

/** Of all identities that a person is known by now; of the one that was given where nobody is. */
async function digestsOf(identity: string, resources: Resources): Promise<ReadonlySet<string>> {
  const stores = storesOf(resources);
  const { SecretString = '' } = await secretsManager().send(
    new GetSecretValueCommand({ SecretId: resources['audit-secret'] }),
  );
  const { access, suppression } = stageSettings(await activeCatalog(stores.catalog));
  const digestOf = createDigests(SecretString, suppression);
  const key = await storedKey(identity, access.normalForms, stores.profiles);
  const found = await findProfile(key, access.mergePolicy, { profiles: stores.profiles, settings: access });
  const keys = new Set([identity, ...(found?.profile.identities ?? [])]);
  return new Set([...keys].map((each) => digestOf(parseIdentityKey(each))));
}

function textOf(reads: readonly ProfileRead[]): string {
  if (reads.length === 0) return 'No read was recorded.\n';
  const rows = reads.map(({ at, caller, address = '', purpose = '', what, identities, found, fields }) => [
    new Date(at).toISOString(),
    caller.name === caller.id ? caller.id : `${caller.name} (${caller.id})`,
    address,
    what,
    identities.length === 1 ? identities[0]!.slice(0, 12) : `${identities.length} people`,
    found,
    fields?.join(',') ?? 'all',
    purpose,
  ]);
  return `${table(['at', 'caller', 'address', 'what', 'identity', 'found', 'fields', 'purpose'], rows)}\n`;
}
