import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Makes `dist/`, which is what the package has instead of the sources: Node strips no types below `node_modules`. It holds
 * what the commands and the library consist of, as JavaScript, and the types of the library. `npm pack` runs this.
 */
const root = fileURLToPath(new URL('../', import.meta.url));
const config = ts.getParsedCommandLineOfConfigFile(
  join(root, 'tsconfig.build.json'),
  {},
  { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => fail([problem]) },
)!;
const { options, fileNames: library } = config;
const dist = options.outDir!;

rmSync(dist, { recursive: true, force: true });
const sources = new Set([join(root, 'bin', 'cli.ts'), ...library]);
for (const source of sources) {
  for (const imported of writeBuilt(source)) sources.add(imported);
}
const types = ts.createProgram(library, options);
fail(types.emit(undefined, (path, text) => ts.sys.writeFile(path, withPathsOfDist(path, text))).diagnostics);

/** Writes one file of `dist/`. @returns the sources that it imports */
function writeBuilt(source: string): string[] {
  const target = join(dist, relative(root, source)).replace(/\.ts$/, '.js');
  mkdirSync(dirname(target), { recursive: true });
  if (!source.endsWith('.ts')) {
    copyFileSync(source, target);
    return [];
  }
  const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
    compilerOptions: { target: options.target!, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  writeFileSync(target, withPathsOfDist(target, outputText));
  return specifiersIn(ts.createSourceFile(target, outputText, ts.ScriptTarget.Latest)).flatMap(({ name }) => {
    if (name.startsWith('#')) return join(root, name.slice(1));
    return name.startsWith('.') ? resolve(dirname(source), name) : [];
  });
}

/** The sources name each other by `#core/….ts` and `./….ts`; in `dist/` each is at the same place, and ends in `.js`. */
function withPathsOfDist(path: string, text: string): string {
  return specifiersIn(ts.createSourceFile(path, text, ts.ScriptTarget.Latest))
    .toReversed()
    .reduce((sofar, { pos, end, name }) => `${sofar.slice(0, pos)}${inDist(path, name)}${sofar.slice(end)}`, text);
}

interface Specifier {
  readonly pos: number;
  readonly end: number;
  readonly name: string;
}

/** What a file imports, in the order of the text; without the quotes. */
function specifiersIn(source: ts.SourceFile): Specifier[] {
  const found: Specifier[] = [];
  const visit = (node: ts.Node): void => {
    const named = specifierOf(node);
    if (named && ts.isStringLiteral(named))
      found.push({ pos: named.getStart(source) + 1, end: named.getEnd() - 1, name: named.text });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.sort((one, other) => one.pos - other.pos);
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    ? node.arguments[0]
    : undefined;
}

function inDist(path: string, specifier: string): string {
  if (!specifier.startsWith('#')) return specifier.replace(/^(\..*)\.ts$/, '$1.js');
  const target = relative(dirname(path), join(dist, specifier.slice(1)));
  return `${target.startsWith('.') ? '' : './'}${target.replace(/\.ts$/, '.js')}`;
}

function fail(problems: readonly ts.Diagnostic[]): void {
  if (problems.length === 0) return;
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  process.stderr.write(ts.formatDiagnostics(problems, host));
  process.exit(1);
}
