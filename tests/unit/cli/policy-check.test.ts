import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PolicyReport } from '#core/catalog/policies/policy-report.ts';
import { cli } from '#tests/harness/cli.ts';

/** The example, with labels and the policy on e-mail targeting, and a destination that does it. */
async function labelled(labels: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'catalog-'));
  await cp('catalog', folder, { recursive: true });
  const destination = [
    'id: mail',
    'type: http',
    'url: https://mail.example.com/',
    'segments: [gold-and-silver, cart-abandoners]',
    'identities: [CRMID]',
    'marketingActions: [emailTargeting]',
  ];
  const files = {
    'labels/customers.yaml': labels,
    'policies/core.yaml': 'core: core-emailTargeting\n',
    'destinations/mail.yaml': destination.join('\n'),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const TIER = 'schema: https://riverbend.example/schemas/customers\nfields:\n  loyalty.tier: [S1, C5]\n';
const check = (...args: string[]) => cli('policy', 'check', ...args);

describe('policy check', () => {
  it('passes the example, which has no policies, and shows its labels', async () => {
    const { code, stdout } = await check('--catalog', 'catalog', '--json');
    const { destinations, violations } = JSON.parse(stdout) as PolicyReport;
    expect([code, violations]).toEqual([0, 0]);
    expect(new Set(destinations.flatMap(({ segments }) => segments.flatMap(({ labels }) => labels)))).toEqual(
      new Set(['C10']),
    );
  });

  it('fails where a policy is violated, and says by which labels from where', async () => {
    const { code, stdout, stderr } = await check('--catalog', await labelled(TIER), '--destination', 'mail', '--json');
    expect([code, stderr]).toEqual([1, 'Policies are violated once; such a catalog cannot be applied.\n']);
    const origin = {
      label: 'C5',
      from: 'schema',
      id: 'https://riverbend.example/schemas/customers',
      path: 'loyalty.tier',
      usedBy: 'rule',
      file: 'labels/customers.yaml',
      line: 3,
    };
    const violation = {
      id: 'core-emailTargeting',
      name: 'Restrict e-mail targeting',
      marketingActionRefs: ['core/emailTargeting'],
      labels: ['C5'],
      origins: [origin],
    };
    expect(JSON.parse(stdout)).toEqual({
      destinations: [
        {
          id: 'mail',
          enabled: true,
          marketingActions: ['emailTargeting'],
          segments: [
            { id: 'gold-and-silver', labels: ['C5', 'C10', 'S1'], violatedPolicies: [violation] },
            { id: 'cart-abandoners', labels: ['C10'], violatedPolicies: [] },
          ],
        },
      ],
      violations: 1,
    });
  });

  it('says the same in words, and only about the destination that was asked for', async () => {
    const folder = await labelled(TIER);
    const { stdout } = await check('--catalog', folder);
    expect(stdout).toContain('C5 from schema https://riverbend.example/schemas/customers loyalty.tier, used by rule');
    expect((await check('--catalog', folder, '--destination', 'webhook')).code).toBe(0);
  });

  it('helps with a destination that is not there and with a catalog that is wrong', async () => {
    const { code, stderr } = await check('--catalog', 'catalog', '--destination', 'webhok');
    expect(code).toBe(1);
    expect(stderr).toContain('did you mean "webhook"?');
    const wrong = await check('--catalog', await labelled('dataset: custommers\n'));
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/labels\/customers.yaml:1:10 {2}unknown dataset "custommers"/);
  });

  it('agrees with the validation of the catalog', async () => {
    const { code, stderr } = await cli('catalog', 'validate', '--catalog', await labelled(TIER));
    expect(code).toBe(1);
    expect(stderr).toMatch(/destinations\/mail.yaml:4:12 {2}the policy "core-emailTargeting" forbids emailTargeting/);
  });
});
