import { expect, it } from 'vitest';
import { printExplanation } from '#cli/report/print-identity.ts';
import { cli } from '#tests/harness/cli.ts';

const link = (a: string, b: string, source: string) => ({ a, b, firstSeen: 0, lastSeen: 86_400_000, source });

it('an explanation walks from the profile to the identity, whichever end of a link sorts first', () => {
  const text = printExplanation({
    identity: 'ECID:1',
    profile: 'CRMID:ann',
    identities: ['CRMID:ann', 'Email:a', 'ECID:1'],
    links: [],
    path: [link('CRMID:ann', 'Email:a', 'customers'), { ...link('ECID:1', 'Email:a', 'logins'), alsoFrom: ['orders'] }],
    removed: [
      { a: 'CRMID:bob', b: 'ECID:1', at: 0, by: 'x', why: 'limit', isBack: true },
      {
        a: 'CRMID:cyd',
        b: 'ECID:1',
        at: 0,
        by: 'y',
        why: 'withdrawn',
        unlinking: { who: 'maria', reason: 'a mistake' },
        isBack: false,
      },
    ],
  });
  const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(rows).toContainEqual([
    'CRMID:ann',
    'Email:a',
    '1970-01-01T00:00:00.000Z',
    '1970-01-02T00:00:00.000Z',
    'customers',
  ]);
  expect(rows).toContainEqual([
    'Email:a',
    'ECID:1',
    '1970-01-01T00:00:00.000Z',
    '1970-01-02T00:00:00.000Z',
    'logins, orders',
  ]);
  expect(text).toMatch(/CRMID:bob +ECID:1 +the graph was full +linked again/);
  expect(text).toMatch(/unlinked by maria: a mistake/);
});

it.each([
  [['identity', 'explain', 'nobody'], /Expected NAMESPACE:VALUE/],
  [['identity', 'unlink', 'CRMID:1', 'ECID:2'], /--reason/],
  [['identity', 'unlink', 'CRMID:1', '--reason', 'x'], /missing required argument/],
])('%j is a command line that is not understood', async (args, message) => {
  expect(await cli(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
});
