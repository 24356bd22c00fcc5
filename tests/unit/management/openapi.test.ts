import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '#cli/root.ts';
import { describeHost } from '#core/api/management/table.ts';
import { createManagement } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

/** A line for each path: who reads a change sees where it is. */
function written(description: object): string {
  const { paths, ...rest } = description as { readonly paths: Readonly<Record<string, object>> };
  const lines = Object.entries(paths).map(
    ([path, operations]) => `${JSON.stringify(path)}: ${JSON.stringify(operations)}`,
  );
  const head = JSON.stringify(rest, null, 2).replace(/\n\}$/, '');
  return `${head},\n  "paths": {\n${lines.join(',\n')}\n}\n}\n`;
}

describe('the description of the management host', () => {
  it('is the one in docs, made anew with "npx vitest run -u"', async () => {
    const text = written(describeHost());
    await expect(text).toMatchFileSnapshot(join(projectRoot, 'docs', 'openapi.json'));
  });

  it('is served to anybody', async () => {
    const management = createManagement(await exampleDefinitions());
    management.actAs({ id: '', name: '', kind: 'client', scopes: [] });
    expect((await management.call('GET', '/openapi.json')).body).toEqual(JSON.parse(JSON.stringify(describeHost())));
  });

  it('has a different id for each operation', () => {
    const { paths } = describeHost() as { paths: Record<string, Record<string, { operationId: string }>> };
    const ids = Object.values(paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
