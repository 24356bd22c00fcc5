import type * as z from 'zod';
import type { Family } from './families.ts';
import { problem } from './problem.ts';
import { type ApiMethod, type ApiRoute, routeOf } from './route.ts';

const route = routeOf<unknown>();
const METHODS: readonly ApiMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * What AEP has and this platform does not: answered with a sentence, and never as if it were not there.
 * @param sentence what there is instead
 */
export const notImplemented = (
  family: Family,
  paths: readonly string[],
  sentence: string,
  methods: readonly ApiMethod[] = METHODS,
): ApiRoute<z.ZodType, z.ZodType, unknown>[] =>
  paths.flatMap((path) =>
    methods.map((method) =>
      route({
        family,
        method,
        path,
        scope: 'signed-in',
        summary: `Not implemented: ${sentence}`,
        handle: () => problem(family, 501, sentence),
      }),
    ),
  );
