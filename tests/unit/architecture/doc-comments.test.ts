import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const isFunction = ({ initializer }: ts.VariableDeclaration): boolean =>
  initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));

/** The exported functions of a source, and whether each has a doc comment. */
function functionsOf(path: string, text: string): { name: string; isDocumented: boolean }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const names = ts.isFunctionDeclaration(statement)
      ? [statement.name!.text]
      : ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.filter(isFunction).map(({ name }) => name.getText(source))
        : [];
    const isDocumented = ts.getJSDocCommentsAndTags(statement).length > 0;
    return isExported ? names.map((name) => ({ name: `${path} ${name}`, isDocumented })) : [];
  });
}

describe('the exported functions of core', () => {
  it('have a doc comment, all of them', () => {
    const planted = functionsOf(
      'a.ts',
      '/** Yes. */\nexport const a = () => 1;\nexport function b() {}\nconst c = () => 1;',
    );
    expect(planted).toEqual([
      { name: 'a.ts a', isDocumented: true },
      { name: 'a.ts b', isDocumented: false },
    ]);
    const found = globSync('core/**/*.ts').flatMap((path) => functionsOf(path, readFileSync(path, 'utf8')));
    expect(found.length).toBeGreaterThan(500);
    expect(found.filter(({ isDocumented }) => !isDocumented).map(({ name }) => name)).toEqual([]);
  });
});
