import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

describe('a regular expression', () => {
  // Of the other folders, `npm run check` asks.
  it('takes no more than linear time wherever it meets what users send', async () => {
    const results = await new ESLint().lintFiles(['core/**/*.ts']);
    expect(results.length, 'files read').toBeGreaterThan(300);
    const found = results.flatMap(({ filePath, messages }) =>
      messages.map(({ line, message }) => `${filePath}:${line} ${message}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ['goes back over what it has read', 'export const x = /^\\d+\\.?\\d*$/;'],
    ['begins anew at every character', "export const x = (text: string) => text.replace(/\\/+$/, '');"],
  ])('that %s is found', async (_, code) => {
    const [result] = await new ESLint().lintText(code, { filePath: 'core/planted.ts' });
    expect(result!.messages.map(({ ruleId }) => ruleId)).toEqual([expect.stringMatching(/^regexp\/no-super-linear-/)]);
  });
});
