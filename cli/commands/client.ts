import { Command, Option } from 'commander';
import { collect } from '#cli/options.ts';
import { JSON_LINES_OPTION, JSON_OPTION, printList, printReport } from '#cli/output.ts';
import { table } from '#cli/report/table.ts';
import { clientStoreOf, createClient, revoke, rotateKeys } from '#cli/stage/clients.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { userOfMachine } from '#cli/stage/user-of-machine.ts';
import type { Client } from '#core/callers/client.ts';
import { ROLES, scopesGranted } from '#core/contract/roles.ts';
import { SCOPES } from '#core/contract/scopes.ts';

interface StageFlags {
  readonly stage: string;
  readonly json?: true;
}

export function clientCommand(): Command {
  const command = new Command('client').description('programs that may call the API: make and revoke them');
  command
    .command('create')
    .description('make a client; its secret is printed once and stored nowhere')
    .requiredOption('--name <text>', 'what people know it by')
    .option('--scope <scope>', `what it may do; may be given several times: ${SCOPE_TEXT}`, collect, [])
    .addOption(new Option('--role <role>', 'the scopes of a role, as they are now').choices(Object.keys(ROLES)))
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(create);
  command
    .command('list')
    .description('list the clients, revoked ones of the last 90 days as well')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_LINES_OPTION)
    .action(list);
  command
    .command('revoke')
    .description('revoke a client: its tokens count no more within a minute')
    .argument('<id>', 'id of the client')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (id: string, { stage, json }: StageFlags) => {
      await revoke(await useStage(stage), id, userOfMachine() ?? '');
      printReport(json, { id, revoked: true }, `Client ${id} is revoked; it is locked out within a minute.\n`);
    });
  command
    .command('rotate-keys')
    .description('sign tokens with a new key; those of the one before count until they expire')
    .option('--only', 'end all tokens of the keys before, which may have leaked')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async ({ stage, only, json }: StageFlags & { readonly only?: true }) => {
      const { keys } = await rotateKeys(await useStage(stage), only === true);
      const kids = keys.map(({ kid }) => kid);
      const text = `Tokens are signed with key ${kids[0]} within a minute, and verified with ${kids.join(' and ')}.\n`;
      printReport(json, { keys: kids }, text);
    });
  return command;
}

const SCOPE_TEXT = Object.entries(SCOPES)
  .map(([name, kind]) => {
    if (!('qualifier' in kind)) return name;
    return kind.isNeeded ? `${name}:<${kind.qualifier}|*>` : `${name}[:<${kind.qualifier}>]`;
  })
  .join(', ');

async function create({
  stage,
  name,
  scope,
  role,
  json,
}: StageFlags & { readonly name: string; readonly scope: readonly string[]; readonly role?: string }): Promise<void> {
  const resources = await useStage(stage);
  const asked = {
    name,
    scopes: scopesGranted([...scope, ...(role ? [`role:${role}`] : [])]),
    createdBy: userOfMachine() ?? '',
  };
  const { client, secret } = await createClient(resources, asked);
  const { id, scopes } = client;
  printReport(
    json,
    { clientId: id, clientSecret: secret, scopes },
    `Client "${name}" was made. Its secret is not stored anywhere:
  client id      ${id}
  client secret  ${secret}
  scopes         ${scopes.join(' ')}

It asks for a token of an hour at POST …/ims/token/v3 (tributary endpoints --stage ${stage}), with
grant_type=client_credentials, client_id and client_secret.
`,
  );
}

async function list({ stage, json }: StageFlags): Promise<void> {
  const { clients } = await clientStoreOf(await useStage(stage)).read();
  const shown = clients.map(({ secret: _secret, ...client }) => client);
  const rows = clients.map((client) => [
    client.id,
    client.name,
    client.scopes.join(' '),
    `${new Date(client.createdAt).toISOString().slice(0, 10)} ${client.createdBy}`,
    stateOf(client),
  ]);
  const text =
    rows.length === 0 ? 'There are no clients.\n' : `${table(['id', 'name', 'scopes', 'made', 'state'], rows)}\n`;
  printList(json, shown, text);
}

const stateOf = ({ revokedAt, revokedBy }: Client): string =>
  revokedAt === undefined ? 'active' : `revoked ${new Date(revokedAt).toISOString().slice(0, 10)} ${revokedBy ?? ''}`;
