import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '#core/api/management/families.ts';
import type { ApiRoute } from '#core/api/management/route.ts';
import { API_ROUTES } from '#core/api/management/table.ts';
import { SCOPES, type Scope } from '#core/contract/scopes.ts';
import { ANYBODY, callOf, createManagement } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

const CANARY = 'canary-5c1f9e';
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

const addressOf = ({ family, path }: ApiRoute, values: readonly string[] = []): string => {
  let n = 0;
  return `${FAMILIES[family].base}${path}`.replaceAll(/\{\w+\+?\}/g, () => encodeURIComponent(values[n++] ?? 'x'));
};

/** Who may only look may do what reads. */
const isForReaders = (route: ApiRoute, scope: Scope): boolean =>
  route.scope === 'operate' && scope === 'operate:read' && route.method === 'GET';

const KNOWN = [
  'customers',
  'gold-and-silver',
  'default',
  'webhook',
  'tenant',
  'global',
  'core',
  'custom',
  'segments',
  'policies',
];
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    ...KNOWN,
    '__proto__',
    'constructor',
    '../..',
    '%00',
    '$'.concat('{HOME}'),
    'a'.repeat(5_000),
    "' or 1=1",
    'https://ns.adobe.com/xdm/context/profile',
  ),
);
const json = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    '{',
    '[',
    '{"__proto__":{"x":1}}',
    '['.repeat(500),
    '{"changes":[{"kind":"segments","name":"x","value":{"id":"__proto__"}}]}',
  ),
  fc
    .record({
      op: fc.constantFrom('add', 'remove', 'move'),
      path: fc.oneof(nasty, fc.constant('/__proto__/x')),
      from: nasty,
      value: fc.jsonValue(),
    })
    .map((operation) => JSON.stringify([operation])),
  fc
    .record({
      name: nasty,
      title: nasty,
      schemaRef: fc.record({ id: nasty }),
      expression: fc.record({
        type: fc.constant('PQL'),
        format: fc.constantFrom('pql/text', 'pql/json'),
        value: nasty,
      }),
    })
    .map((value) => JSON.stringify(value)),
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'limit',
        'start',
        'property',
        'orderby',
        'page',
        'continuationToken',
        'dryRun',
        'op',
        'duleLabels',
      ),
      nasty,
    ),
    { maxLength: 3 },
  )
  .map((pairs) =>
    new URLSearchParams(pairs.map(([name, value]) => [name, value.toWellFormed()] as [string, string])).toString(),
  );
const request = fc.record({
  route: fc.constantFrom(...API_ROUTES),
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'BREW'),
  keepsMethod: fc.boolean(),
  values: fc.array(
    nasty.map((text) => text.toWellFormed()),
    { minLength: 3, maxLength: 3 },
  ),
  query,
  body: json,
  accept: fc.oneof(
    nasty.map((text) => text.slice(0, 200)),
    fc.constant('application/vnd.adobe.xed-full+json; version=1'),
  ),
});

describe('the management host', () => {
  it('has a scope in each row of its table, and no two rows for the same', () => {
    expect(API_ROUTES.filter(({ scope }) => !['signed-in', 'public', ...Object.keys(SCOPES)].includes(scope))).toEqual(
      [],
    );
    const rows = API_ROUTES.map((row) => `${row.method} ${addressOf(row).replaceAll(/\{\w+/g, '{')}`);
    const rowsByPattern = API_ROUTES.map(
      ({ family, method, path }) => `${method} ${FAMILIES[family].base}${path.replaceAll(/\{\w+/g, '{')}`,
    );
    expect(
      rowsByPattern.filter((row, i) => rowsByPattern.indexOf(row) !== i),
      rows.join('\n'),
    ).toEqual([]);
  });

  it('lets nobody write without the scope: every route with every scope', async () => {
    const definitions = await exampleDefinitions();
    for (const route of API_ROUTES) {
      const management = createManagement(definitions);
      const { version } = await management.definitions.active();
      const isOpen = route.scope === 'signed-in' || route.scope === 'public';
      for (const scope of isOpen ? [] : (Object.keys(SCOPES) as Scope[])) {
        if (scope === route.scope || isForReaders(route, scope)) continue;
        management.actAs({ ...ANYBODY, scopes: ['isNeeded' in SCOPES[scope] ? `${scope}:x` : scope] });
        const { status } = await management.call(route.method, addressOf(route), { name: 'x' });
        expect([route.method, addressOf(route), scope, status]).toEqual([route.method, addressOf(route), scope, 403]);
      }
      // Of the others the handler asks: nothing changes for who may nothing.
      management.actAs({ ...ANYBODY, scopes: [] });
      if (WRITES.includes(route.method)) await management.call(route.method, addressOf(route), { name: 'x' });
      expect((await management.definitions.active()).version).toBe(version);
    }
  });

  it('answers whatever it is sent: no crash, and nothing that somebody else has told it', async () => {
    const catalog = await exampleDefinitions();
    const [first, ...rest] = catalog.destinations;
    const named = { ...catalog, destinations: [{ ...first!, description: 'plain' }, ...rest] };
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async (requests) => {
        const management = createManagement(named);
        await management.deps.notes.put(`secret-${CANARY}`, { count: 1, low: 1, high: 1, sampled: 1, total: 1 }, 0);
        for (const { route, method, keepsMethod, values, query: asked, body, accept } of requests) {
          const address = `${addressOf(route, values)}${asked === '' ? '' : `?${asked}`}`;
          const call = callOf(keepsMethod ? route.method : method, address, body, { accept });
          const answer = await management.answer(call);
          expect(answer.status, `${call.method} ${address} ${body}`).toBeLessThan(502);
          expect(answer.status).not.toBe(500);
          expect(JSON.stringify(answer.body ?? '')).not.toContain(CANARY);
          expect(({} as Record<string, unknown>).x).toBeUndefined();
        }
      }),
      runs(1, 30),
    );
  });
});
