import { SignatureV4 } from '@smithy/signature-v4';
import { UserError } from '#cli/user-error.ts';
import {
  type AccessDeps,
  type AccessProblem,
  type EntitiesRequest,
  EVENT_SCHEMA,
  isAccessProblem,
  PROFILE_SCHEMA,
} from '#core/access/access.ts';
import type { EntityAnswer } from '#core/access/entity.ts';
import { getEntities } from '#core/access/get-entities.ts';
import { entitiesOf, type LinkedPage } from '#core/access/links.ts';
import type { AwsCredentialIdentity } from '#lambdas/adapters/aws/roles.ts';
import { Sha256 } from '#lambdas/adapters/aws/sha256.ts';
import { ssm } from '#lambdas/adapters/clients.ts';
import { signedFor } from './endpoints.ts';

/** Reads a profile, or a page of its events, by one identity. */
export type ProfileReader = (request: EntitiesRequest) => Promise<EntityAnswer | LinkedPage | AccessProblem>;

/** From the tables of a stage. */
export const readerOfStores =
  (deps: AccessDeps): ProfileReader =>
  async (request) => {
    const result = await getEntities(request, deps);
    if (isAccessProblem(result)) return result;
    const [answer] = Object.values(entitiesOf(result.answers, request, 'address'));
    return answer as EntityAnswer | LinkedPage | AccessProblem;
  };

const PATH = '/data/core/ups/access/entities';

/**
 * Through the API of a stage, by requests signed with the credentials of whoever runs the command: the stage writes down
 * who read whom. @param address of signed requests
 */
export function readerByApi(
  address: string,
  credentials: () => Promise<AwsCredentialIdentity> = () => ssm().config.credentials(),
): ProfileReader {
  return async (request) => {
    const url = new URL(`${address.replace(/\/$/, '')}${PATH}`);
    const [region = '', service = ''] = signedFor(address).split(':');
    const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
    const signed = await signer.sign({
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: url.pathname,
      query: queryOf(request),
      headers: { host: url.host, 'x-purpose': 'tributary profile get' },
    });
    const query = new URLSearchParams(queryOf(request)).toString().replaceAll('+', '%20');
    const { host: _host, ...headers } = signed.headers;
    const answer = await fetch(`${url.href}?${query}`, { headers });
    return readAnswer(answer, request);
  };
}

/** @throws UserError where the stage does not let the caller read, or does not answer */
async function readAnswer(
  answer: Response,
  { schema }: EntitiesRequest,
): Promise<EntityAnswer | LinkedPage | AccessProblem> {
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (answer.status === 200) {
    return (schema === EVENT_SCHEMA ? body : Object.values(body)[0]) as EntityAnswer | LinkedPage;
  }
  if (isAccessProblem(body)) return body;
  throw new UserError(
    `The stage does not answer: HTTP ${answer.status} ${String(body.message ?? body.Message ?? '')}. Reading profiles of a protected stage needs the permission execute-api:Invoke.`,
  );
}

/** The parameters of a request for one identity. */
function queryOf({ schema, identities, fields, mergePolicyId, startTime, endTime, limit, orderby }: EntitiesRequest) {
  const [{ entityId, start }] = identities as [EntitiesRequest['identities'][number]];
  const isEvents = schema === EVENT_SCHEMA;
  const given: Readonly<Record<string, string | number | undefined>> = {
    'schema.name': schema,
    ...(isEvents && { 'relatedSchema.name': PROFILE_SCHEMA }),
    [isEvents ? 'relatedEntityId' : 'entityId']: entityId,
    fields: fields?.join(','),
    mergePolicyId,
    startTime,
    endTime,
    start,
    ...(isEvents && { limit, orderby }),
  };
  const parameters = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(parameters.map(([name, value]) => [name, String(value)]));
}
