import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRouter } from '#core/api/management/router.ts';
import type { PeopleDeps } from '#core/api/people/deps.ts';
import { PEOPLE_ROUTES } from '#core/api/people/routes.ts';
import { ROUTES } from '#core/contract/routes.ts';
import { ANYBODY, callOf, createManagement } from '#tests/harness/management/management.ts';
import { peopleDeps } from '#tests/harness/management/people.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const COLLECTIONS = outsideData('data/specs/adobe/postman');

interface Item {
  readonly item?: readonly Item[];
  readonly request?: { readonly method: string; readonly url: string | { readonly raw: string } };
}

const requestsOf = ({ item = [], request }: Item): { method: string; address: string }[] => [
  ...(request ? [{ method: request.method, address: addressOf(request.url) }] : []),
  ...item.flatMap(requestsOf),
];

/** Below the host; what the collection leaves to be filled in is `x`, parameters without a value are omitted. */
function addressOf(url: string | { readonly raw: string }): string {
  const [path = '', query = ''] = (typeof url === 'string' ? url : url.raw).replace(/^https?:\/\/[^/]+/, '').split('?');
  const given = query.split('&').filter((pair) => pair !== '' && !pair.includes('{{'));
  return `${path.replaceAll(/:\w+|\{\{\w+\}\}/g, 'x')}${given.length === 0 ? '' : `?${given.join('&')}`}`;
}

/** What other functions answer. */
const ELSEWHERE = [...ROUTES.batch.paths, ...ROUTES.collection.paths].map(
  (pattern) => new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll(/\{\w+\+\}/g, '.+')}$`),
);

describeOutside(COLLECTIONS, 'requests of public collections', () => {
  it('each find a route, which answers them or says what there is instead', async () => {
    const catalog = await exampleDefinitions();
    const management = createManagement(catalog);
    const people = createRouter<PeopleDeps>(PEOPLE_ROUTES);
    const deps = { ...peopleDeps(catalog), callers: { callerOf: async () => ANYBODY } };
    const requests = readdirSync(COLLECTIONS.path)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => requestsOf(JSON.parse(readFileSync(join(COLLECTIONS.path, name), 'utf8'))));
    expect(requests.length).toBeGreaterThan(100);
    const without: string[] = [];
    let notImplemented = 0;
    for (const { method, address } of requests) {
      const call = callOf(method, address);
      if (ELSEWHERE.some((pattern) => pattern.test(call.path))) continue;
      const answers = [await management.answer(call), await people.answer(call, deps)];
      const [status] = answers.map((answer) => answer.status).filter((each) => each !== 404 && each !== 405);
      const isThere = answers.some(
        ({ body }) => !JSON.stringify(body ?? '').includes('There is nothing at this address'),
      );
      if (status === undefined && (!isThere || answers.some((answer) => answer.status === 405))) {
        without.push(`${method} ${call.path}`);
      }
      if (status === 501) notImplemented += 1;
    }
    // Whether a file is there, by its head.
    expect(without).toEqual(['HEAD /data/foundation/export/files/x']);
    expect(notImplemented).toBeLessThan(requests.length / 2);
  });
});
