import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

type FunctionNode = ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression;

interface ExportedFunction {
  /** `file name` */
  readonly name: string;
  readonly statement: ts.Statement;
  readonly node: FunctionNode;
}

const isFunction = (node: ts.Node | undefined): node is FunctionNode =>
  node !== undefined && (ts.isFunctionDeclaration(node) || ts.isArrowFunction(node) || ts.isFunctionExpression(node));

function exportedFunctions(path: string, text: string): ExportedFunction[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement): ExportedFunction[] => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (isFunction(statement)) return [{ name: `${path} ${statement.name!.text}`, statement, node: statement }];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      isFunction(initializer) ? [{ name: `${path} ${name.getText(source)}`, statement, node: initializer }] : [],
    );
  });
}

const isDocumented = ({ statement }: ExportedFunction): boolean => ts.getJSDocCommentsAndTags(statement).length > 0;

const tagsOf = ({ statement }: ExportedFunction): readonly ts.JSDocTag[] =>
  ts.getJSDocCommentsAndTags(statement).flatMap((doc) => (ts.isJSDoc(doc) ? [...(doc.tags ?? [])] : []));

/** Whether the function itself throws, outside of a `try` and of functions in it. */
function throws({ node }: ExportedFunction): boolean {
  const visit = (inner: ts.Node): boolean => {
    if (isFunction(inner) || (ts.isTryStatement(inner) && inner.catchClause)) return false;
    return ts.isThrowStatement(inner) || (ts.forEachChild(inner, (child) => visit(child) || undefined) ?? false);
  };
  return node.body !== undefined && visit(node.body);
}

const lacksThrows = (found: ExportedFunction): boolean =>
  throws(found) && !tagsOf(found).some(({ tagName }) => tagName.text === 'throws');

/** `@param` of something that is no parameter. */
function strangers(found: ExportedFunction): string[] {
  const names = new Set(found.node.parameters.flatMap(({ name }) => name.getText().match(/\w+/g) ?? []));
  return tagsOf(found)
    .filter(ts.isJSDocParameterTag)
    .map(({ name }) => name.getText())
    .filter((name) => !names.has(name.split('.')[0]!));
}

describe('the exported functions of core', () => {
  const found = globSync('core/**/*.ts').flatMap((path) => exportedFunctions(path, readFileSync(path, 'utf8')));

  it('have a doc comment, all of them', () => {
    const planted = exportedFunctions(
      'a.ts',
      '/** Yes. */\nexport const a = () => 1;\nexport function b() {}\nconst c = () => 1;',
    );
    expect(planted.map((each) => [each.name, isDocumented(each)])).toEqual([
      ['a.ts a', true],
      ['a.ts b', false],
    ]);
    expect(found.length).toBeGreaterThan(500);
    expect(found.filter((each) => !isDocumented(each)).map(({ name }) => name)).toEqual([]);
  });

  it('say what they throw where they do', () => {
    const planted = exportedFunctions(
      'a.ts',
      `/** No. */\nexport const a = () => { if (b) throw new Error('c'); };
      /** Yes. @throws Error always */\nexport function b() { throw new Error('c'); }
      /** Throws nothing itself. */\nexport const c = () => () => { throw new Error('c'); };`,
    );
    expect(planted.map(lacksThrows)).toEqual([true, false, false]);
    expect(found.filter(throws).length).toBeGreaterThan(10);
    expect(found.filter(lacksThrows).map(({ name }) => name)).toEqual([]);
  });

  it('speak of no parameter that is not there', () => {
    const planted = exportedFunctions(
      'a.ts',
      '/** @param a in ms @param b in s */\nexport const f = ({ a }: { a: number }) => a;',
    );
    expect(planted.flatMap(strangers)).toEqual(['b']);
    expect(found.flatMap((each) => strangers(each).map((name) => `${each.name}: ${name}`))).toEqual([]);
  });
});
