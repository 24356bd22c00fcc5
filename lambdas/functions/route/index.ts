import { readEnvironment } from '#core/contract/functions.ts';
import { stageRouting } from '#lambdas/adapters/stage-routing.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(stageRouting('route', readEnvironment('route', process.env)));
