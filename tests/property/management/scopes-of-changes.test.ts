import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCOPES } from '#core/contract/scopes.ts';
import { ANYBODY, createManagement } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

type Json = Readonly<Record<string, unknown>>;

/** A change of one definition of the example, and the scopes that it takes: all of them. */
const CHANGES: readonly { kind: string; name: string; to: (one: Json) => Json | null; needs: readonly string[] }[] = [
  { kind: 'segments', name: 'gold-and-silver', to: (one) => ({ ...one, name: 'G' }), needs: ['audience:write'] },
  { kind: 'merge-policies', name: 'default', to: (one) => ({ ...one, name: 'M' }), needs: ['govern'] },
  { kind: 'datasets', name: 'customers', to: (one) => ({ ...one, name: 'C' }), needs: ['schema:write'] },
  { kind: 'evaluation-settings', name: 'settings', to: () => ({ inSegmentWithEvents: 'streaming' }), needs: ['admin'] },
  { kind: 'destinations', name: 'webhook', to: (one) => ({ ...one, name: 'W' }), needs: ['destination:write'] },
  { kind: 'destinations', name: 'webhook', to: (one) => ({ ...one, enabled: false }), needs: ['activate:webhook'] },
  {
    kind: 'destinations',
    name: 'webhook',
    to: (one) => ({ ...one, name: 'W', segments: ['gold-and-silver'] }),
    needs: ['destination:write', 'activate:webhook'],
  },
];

const scope = fc.constantFrom(
  ...Object.keys(SCOPES).filter((name) => !name.startsWith('activate') && !name.startsWith('ingest')),
  'activate:webhook',
  'activate:another',
  'ingest:*',
);

describe('a change of definitions', () => {
  it('is made exactly where the caller has the scopes of all that differs', async () => {
    const catalog = await exampleDefinitions();
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...CHANGES], { minLength: 1, maxLength: 4 }),
        fc.array(scope, { maxLength: 6 }),
        fc.boolean(),
        async (wanted, scopes, isExact) => {
          const management = createManagement(catalog);
          const { body } = await management.call('GET', '/tributary/definitions');
          const values = new Map<string, Json | null>();
          for (const { kind, name, to } of wanted) {
            const key = `${kind}/${name}`;
            values.set(key, to((values.get(key) ?? body.definitions[key] ?? {}) as Json));
          }
          const needed = [...new Set(wanted.flatMap(({ needs }) => needs))];
          const given = isExact ? needed : scopes;
          management.actAs({ ...ANYBODY, scopes: given });
          const changes = [...values].map(([key, value]) => {
            const [kind, name] = key.split('/');
            return { kind, name, value };
          });
          const answer = await management.call('POST', '/tributary/definitions', { changes });
          const isAllowed = needed.every((one) => given.includes(one));
          expect([answer.status, answer.body.detail]).toEqual(
            isAllowed ? [200, undefined] : [403, expect.stringContaining('scope')],
          );
          const { version } = await management.definitions.active();
          expect(version !== body.version).toBe(isAllowed);
        },
      ),
      runs(0.5, 20),
    );
  });
});
