import { parseArgs } from 'node:util';
import { ROLES, type Role } from '#core/contract/roles.ts';
import { serveStage } from './serve.ts';
import { createStage } from './stage.ts';

/**
 * A stage in this process, to look at screens: `node tests/harness/console-stage/main.ts --port 4700 --role viewer --empty`.
 * It prints an address for each role; the console has to be built (`npm run build:console`).
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    role: { type: 'string' },
    empty: { type: 'boolean', default: false },
  },
});
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
const stage = await createStage({ empty: values.empty, now: Date.now() });
const served = await serveStage(stage, Number(values.port));
const roles = values.role === undefined ? (Object.keys(ROLES) as Role[]) : [values.role as Role];
for (const role of roles) console.log(`${role.padEnd(8)} ${served.signInAddress(role)}`);
// Time passes in the stage as it does outside.
setInterval(() => void stage.pass(Math.max(0, Date.now() - stage.now())), 1_000);
