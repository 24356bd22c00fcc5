import * as z from 'zod';
import { type ApiRoute, route } from '../management/route.ts';
import { showOverview } from './overview.ts';

const counts = z.object({
  received: z.int(),
  activated: z.int(),
  failed: z.int(),
  retried: z.int(),
  excluded: z.record(z.string(), z.int()),
});

export const OVERVIEW_ROUTES: readonly ApiRoute[] = [
  route({
    family: 'overview',
    method: 'GET',
    path: '',
    scope: 'operate',
    summary: 'Show what is active, the evaluation of all profiles, and what flows to destinations',
    answer: z.looseObject({
      stage: z.string(),
      version: z.string(),
      definitions: z.record(z.string(), z.int()),
      destinations: z.array(z.looseObject({ id: z.string(), type: z.string(), enabled: z.boolean(), lastDay: counts })),
    }),
    handle: showOverview,
  }),
];
