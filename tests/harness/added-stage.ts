import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localPaths } from '#cli/local/paths.ts';
import { projectRoot } from '#cli/root.ts';
import { copyOfCheckout } from './copy-of-checkout.ts';

/**
 * Adds a stage and a destination to a copy of the checkout, as a company would: by YAML alone. All checks have to pass
 * there, the tests of the infrastructure, and those that read the example catalog. `npm run test:added-stage`
 */
const STAGE = `removal: retain
deletionProtection: true
alarmEmails: [qa@example.com, oncall@example.com]
tags: { cost-centre: '4711' }
permissionsBoundary: company-boundary
functions:
  evaluate: { reservedConcurrency: 50 }
destinations:
  - { id: webhook, type: http }
  - { id: partner, type: http }
`;
const LANE = '  - { id: partner, type: http, maxConcurrency: 7 }\n';
const DESTINATION = `id: partner
type: http
url: https://partner.example.com/memberships
segments: [several-stores]
`;

const copy = await copyOfCheckout('added-stage', 'linked');
try {
  const stages = join(copy, 'stages');
  for (const file of await readdir(stages)) {
    const text = await readFile(join(stages, file), 'utf8');
    if (!/\ndestinations:\n(?: {2}[-#] .*\n)+$/.test(text))
      throw new Error(`stages/${file} does not end with its destinations`);
    await appendFile(join(stages, file), LANE);
  }
  await writeFile(join(stages, 'qa.yaml'), STAGE);
  await writeFile(join(copy, 'catalog', 'destinations', 'partner.yaml'), DESTINATION);
  const [local, own] = [localPaths(copy).base, localPaths(projectRoot).base];
  await mkdir(local, { recursive: true });
  await mkdir(join(own, 'cfn-lint'), { recursive: true });
  await symlink(join(own, 'cfn-lint'), join(local, 'cfn-lint'));

  const commands = [
    ['npx', 'cdk', 'synth', '--quiet', '-c', 'stage=qa'],
    ['npm', 'run', '-s', 'tributary', '--', 'catalog', 'validate', '--catalog', 'catalog'],
    ['npm', 'run', '-s', 'check'],
    ['npx', 'vitest', 'run', '--project', 'infra'],
    ['npx', 'vitest', 'run', '--project', 'unit', 'tests/unit', 'tests/contract', 'tests/property/platform'],
  ] as const;
  for (const [program, ...args] of commands) {
    console.log(`$ ${[program, ...args].join(' ')}`);
    const { status } = spawnSync(program, args, { cwd: copy, stdio: 'inherit' });
    if (status === 0) continue;
    console.error(
      `A stage and a destination that are added by YAML alone make this fail: ${[program, ...args].join(' ')}`,
    );
    process.exitCode = 1;
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}
