import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '#cli/root.ts';
import { describeHost } from '#core/api/management/table.ts';
import { routeTypesOf } from '#tests/harness/client/route-types.ts';

describe('the types of the client', () => {
  it('are those of the description, made anew with "npx vitest run --project unit tests/unit/client -u"', async () => {
    await expect(await routeTypesOf(describeHost())).toMatchFileSnapshot(join(projectRoot, 'client', 'routes.ts'));
  });
});
