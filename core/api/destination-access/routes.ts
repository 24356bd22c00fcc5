import * as z from 'zod';
import { routeOf } from '../management/route.ts';
import { type DestinationAccessDeps, putSecret, secretKeys, showSecret, testDestination } from './access.ts';

const route = routeOf<DestinationAccessDeps>();
const family = 'destinations';
const secret = z.object({ destination: z.string(), keys: z.array(z.string()), missing: z.array(z.string()) });

/** Credentials of destinations: these routes are answered by the one function that may read them. */
export const DESTINATION_ACCESS_ROUTES = [
  route({
    family,
    method: 'GET',
    path: '/{id}/secret',
    scope: 'destination:write',
    summary: 'Say which keys the secret of a destination has, and which are missing',
    answer: secret,
    handle: showSecret,
  }),
  route({
    family,
    method: 'PUT',
    path: '/{id}/secret',
    scope: 'destination:write',
    summary: 'Put keys into the secret of a destination; what is in it is never answered',
    body: secretKeys,
    answer: secret,
    handle: putSecret,
  }),
  route({
    family,
    method: 'POST',
    path: '/{id}/test',
    scope: 'destination:write',
    summary: 'Try the credentials and the permission of a destination, without changing anything there',
    answer: z.object({
      destination: z.string(),
      isOk: z.boolean(),
      steps: z.array(
        z.object({
          step: z.string(),
          outcome: z.string(),
          reason: z.string().optional(),
          detail: z.string().optional(),
        }),
      ),
      missingKeys: z.array(z.string()),
    }),
    handle: testDestination,
  }),
];
