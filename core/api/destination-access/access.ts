import * as z from 'zod';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { missingKeys } from '#core/activation/deliver/probe.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { missingForRequests } from '#core/activation/http/needed-keys.ts';
import type { ProbeStep } from '#core/activation/probe-step.ts';
import { type ProfileDestination, requestTypeOf, TYPES } from '#core/activation/registry.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { pointerTo } from '#core/util/pointer.ts';
import type { HttpAnswer } from '../http.ts';
import type { Callers } from '../management/caller.ts';
import { isAnswer } from '../management/edit.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'destinations';

/** What it takes to put credentials of destinations away, and to try them. */
export interface DestinationAccessDeps {
  readonly callers: Callers;
  readonly catalog: CatalogPort;
  readonly secrets: {
    /** Undefined where it has none. */
    read(destinationId: string): Promise<string | undefined>;
    write(destinationId: string, secret: string): Promise<void>;
  };
  /** Tries a secret with requests that change nothing. */
  probe(
    destination: ProfileDestination,
    type: RequestDestination<ProfileDestination>,
    secret: string,
  ): Promise<readonly ProbeStep[]>;
}

type Call<Body = unknown> = RouteCall<unknown, Body, DestinationAccessDeps>;

async function findDestination({ params, deps }: Call): Promise<DestinationDefinition | HttpAnswer> {
  const { destinations } = await deps.catalog.current();
  return destinations.get(params.id!) ?? problem(FAMILY, 404, 'There is no destination of this id');
}

const MAX_VALUE = 16_384;
export const secretKeys = z.strictObject({ keys: z.record(z.string().max(64), z.unknown()) });

/**
 * `PUT /tributary/destinations/{id}/secret`: puts keys into the secret; what else is in it stays. What is in there is never
 * answered, only which keys there are.
 */
export async function putSecret(call: Call<z.output<typeof secretKeys>>): Promise<HttpAnswer> {
  const found = await findDestination(call);
  if (isAnswer(found)) return found;
  const wrong = mistakesIn(call.body.keys, found.type);
  if (wrong.length > 0)
    return problem(FAMILY, 400, `body${wrong[0]!.pointer}: ${wrong[0]!.message}`, { errors: wrong.slice(0, 20) });
  const { secrets } = call.deps;
  const stored = await secrets.read(found.id);
  if (stored === undefined) return problem(FAMILY, 409, NO_SECRET);
  const known = credentialsIn(stored);
  if (!known) return problem(FAMILY, 409, 'What is in the secret is no JSON object: fix it in Secrets Manager');
  const secret = JSON.stringify({ ...known, ...call.body.keys });
  await secrets.write(found.id, secret);
  return { status: 200, body: describe(found, secret) };
}

const NO_SECRET = 'It has no secret: destinations with a delivery lane of the stage have one';

function mistakesIn(keys: Readonly<Record<string, unknown>>, type: string) {
  const known = Object.keys(TYPES.get(type)?.credentials ?? {});
  return Object.entries(keys).flatMap(([key, value]) => {
    const pointer = pointerTo(['keys', key]);
    if (!known.includes(key))
      return [{ pointer, message: `no key of its secret; it has ${known.join(', ') || 'none'}` }];
    const isText = typeof value === 'string' && value !== '' && value.length <= MAX_VALUE;
    return isText ? [] : [{ pointer, message: `expected a text of at most ${MAX_VALUE} characters` }];
  });
}

/** `GET /tributary/destinations/{id}/secret`: which keys there are, and which are missing; nothing of what they hold. */
export async function showSecret(call: Call): Promise<HttpAnswer> {
  const found = await findDestination(call);
  if (isAnswer(found)) return found;
  const stored = await call.deps.secrets.read(found.id);
  return { status: 200, body: describe(found, stored ?? '{}') };
}

function describe(destination: DestinationDefinition, secret: string) {
  const credentials = credentialsIn(secret) ?? {};
  const type = requestTypeOf(destination);
  const needed = type ? missingForRequests(type.authentication(destination as ProfileDestination), credentials) : [];
  return { destination: destination.id, keys: Object.keys(credentials).sort(), missing: needed };
}

function credentialsIn(secret: string): ReturnType<typeof readCredentials> | undefined {
  try {
    return readCredentials(secret);
  } catch {
    return undefined;
  }
}

/** `POST /tributary/destinations/{id}/test`: tries the credentials and the permission, without changing anything there. */
export async function testDestination(call: Call): Promise<HttpAnswer> {
  const found = await findDestination(call);
  if (isAnswer(found)) return found;
  const type = requestTypeOf(found);
  const destination = found as ProfileDestination;
  if (!type || type.authentication(destination).type === 'aws') return problem(FAMILY, 501, tryByHand(found.id));
  const secret = await call.deps.secrets.read(found.id);
  if (secret === undefined) return problem(FAMILY, 409, NO_SECRET);
  const steps = await call.deps.probe(destination, type, secret);
  const isOk = steps.every(({ outcome }) => outcome !== 'failed');
  return { status: 200, body: { destination: found.id, isOk, steps, missingKeys: missingKeys(type, secret) } };
}

const tryByHand = (id: string): string =>
  `Files, and services of AWS, are tried with the credentials of who delivers: tributary destination test ${id}`;
