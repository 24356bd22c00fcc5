import type { HttpAnswer, HttpCall } from '#core/api/http.ts';
import { createRouter } from '#core/api/management/router.ts';
import type { PeopleDeps } from '#core/api/people/deps.ts';
import { PEOPLE_ROUTES } from '#core/api/people/routes.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { ROUTES } from '#core/contract/routes.ts';
import { stitch } from '#core/profile/stitch.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { CONNECTIONS, createBatchApi, KEY } from '#tests/harness/platform/batch-api.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';
import { ANYBODY, createManagement, NOW } from './management.ts';
import { peopleDeps } from './people.ts';
import { serve } from './server.ts';

const router = createRouter<PeopleDeps>(PEOPLE_ROUTES);

/** The whole management host in memory, at an address of this machine; somebody called RB-1 is known. */
export async function serveHost(): ReturnType<typeof serve> {
  const definitions = await exampleDefinitions();
  const catalog = { ...definitions, sourceConnections: CONNECTIONS };
  const management = createManagement(catalog);
  const wiring = readWiring(templatesOf('prod'));
  const batches = createBatchApi({ wiring, catalog: compileCatalog(catalog), start: NOW });
  const people = await peopleOf(management);
  return serve(async (call) => {
    if (isOf('batch', call.path)) return answerBatches(call, batches);
    return isOf('profiles', call.path) ? router.answer(call, people) : management.answer(call);
  });
}

/** Whether a path is one of a row of the table, by what stands before its parameters. */
const isOf = (name: 'batch' | 'profiles', path: string): boolean =>
  ROUTES[name].paths.some((pattern) => `${path}/`.startsWith(`${pattern.split('/{')[0]!}/`));

async function answerBatches(
  { method, path, rawQuery, body, headers }: HttpCall,
  { call }: ReturnType<typeof createBatchApi>,
): Promise<HttpAnswer> {
  const range = headers['content-range'];
  const sent = { 'x-api-key': KEY, ...(range !== undefined && { 'content-range': range }) };
  const answer = await call(method, `${path}${rawQuery === '' ? '' : `?${rawQuery}`}`, body, sent);
  return { status: answer.status!, body: answer.text };
}

async function peopleOf({ stores, definitions }: ReturnType<typeof createManagement>): Promise<PeopleDeps> {
  const { catalog: active } = await definitions.active();
  const catalog = compileCatalog(active);
  await stitch(
    [
      attributes(NOW - 9_000, 'CRMID:RB-1', { loyalty: { tier: 'gold' } }),
      ...[1, 2, 3].map((n) => event(NOW - n * 1_000, ['CRMID:RB-1', ecid(1)], { _id: `e${n}`, n })),
    ],
    { ...stores, settings: stageSettings(catalog).fold, backoff: async () => {} },
  );
  return { ...peopleDeps(active), ...stores, definitions, callers: { callerOf: async () => ANYBODY } };
}
