import { createExchange } from '#core/activation/deliver/exchange.ts';
import type { AudienceKey, Failure, RequestContext, RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { Authenticator } from '#core/activation/http/authenticator.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { Tokens } from '#core/activation/http/tokens.ts';
import type { ProfileDestination } from '#core/activation/registry.ts';
import { createAwsSigner } from '#lambdas/adapters/aws/signer.ts';
import { dynamoDb, sts } from '#lambdas/adapters/clients.ts';
import { createDynamoDbVendorState } from '#lambdas/adapters/dynamodb/vendor-state.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import type { FoundDestination } from './find-destination.ts';
import { readSecret } from './secrets.ts';

/** The vendor of a destination, for questions that change nothing. */
export interface Vendor {
  readonly destination: ProfileDestination;
  readonly context: RequestContext;
  ask(request: HttpRequest): Promise<HttpOutcome | Failure>;
  /** The vendor's id of an audience; undefined where it was never made. */
  audienceId(key: AudienceKey): Promise<string | undefined>;
}

/** Signs in at the vendor as deliveries do. */
export async function vendorOf(
  { id, definition, resources, catalog }: FoundDestination,
  type: RequestDestination<ProfileDestination>,
  stage: string,
): Promise<Vendor> {
  const destination = definition as ProfileDestination;
  const vendorState = createDynamoDbVendorState(dynamoDb(), resources['operations-table'], Date.now);
  const http = createHttpClient({ allowPrivate: stage === 'local' });
  const awsSigner = createAwsSigner({ credentials: () => dynamoDb().config.credentials(), sts, now: Date.now });
  const authenticator = new Authenticator(new Tokens(http, vendorState.tokens, Date.now));
  const exchange = createExchange({ http, awsSigner }, authenticator);
  const context = {
    credentials: readCredentials(await readSecret(id, stage, resources)),
    now: Date.now(),
    segmentName: (segmentId: string) => catalog.segmentDefinitions.get(segmentId)?.name,
    audienceId: () => undefined,
  };
  return {
    destination,
    context,
    ask: (request) => exchange(request, { destination, type, context }),
    audienceId: async (key) => type.audiences?.given(key, destination) ?? vendorState.audienceIds.get(id, key),
  };
}
