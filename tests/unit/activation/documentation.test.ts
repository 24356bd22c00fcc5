import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { signedRequest } from '#core/activation/destinations/http/signed-request.ts';
import { TYPES } from '#core/activation/registry.ts';
import { withTypesTable } from '#tests/harness/types-table.ts';
import { examples } from './documentation.ts';
import { NOW } from './factories.ts';

const page = ['destinations', 'destinations/adding', 'audience-manager']
  .map((name) => readFileSync(`docs/${name}.md`, 'utf8'))
  .join('\n');

describe('the pages on destinations', () => {
  it.each(Object.entries(examples()))('shows for "%s" what the code makes', (_, example) => {
    expect(page).toContain(example);
  });

  it('has a worked example that passes the suite of all destinations', () => {
    expect(page).toContain(readFileSync('tests/contract/mailer.ts', 'utf8').trimEnd());
  });

  it('has the table of all types, as `node tests/harness/types-table.ts` writes it', () => {
    const destinations = readFileSync('docs/destinations.md', 'utf8');
    expect(destinations).toBe(withTypesTable(destinations));
    for (const name of TYPES.keys()) expect(destinations).toContain(`[\`${name}\`]`);
  });

  it('has a verification of signatures that works', async () => {
    const code = /```js\n([\s\S]+?)```/.exec(page)?.[1];
    const snippet = (await import(`data:text/javascript,${encodeURIComponent(code!)}`)) as {
      isFromTributary(signature: string, body: string, secret: string, now: number): boolean;
    };
    const body = '{"profiles":["grüße"]}';
    const signature = signedRequest('https://hooks.example.com', body, 'secret', NOW).headers['x-tributary-signature']!;
    const verify = snippet.isFromTributary;
    expect(verify(signature, body, 'secret', NOW + 60_000)).toBe(true);
    expect(verify(signature, body, 'other', NOW)).toBe(false);
    expect(verify(signature, `${body} `, 'secret', NOW)).toBe(false);
    expect(verify(signature, body, 'secret', NOW + 301_000)).toBe(false);
    expect(verify(signature.replace(/t=\d+/, `t=${NOW / 1000 + 1}`), body, 'secret', NOW)).toBe(false);
    expect(verify('t=1', body, 'secret', NOW)).toBe(false);
    expect(verify('', body, 'secret', NOW)).toBe(false);
  });
});
