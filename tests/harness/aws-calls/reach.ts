import { join } from 'node:path';
import ts from 'typescript';

/**
 * What a program can reach from a file: functions that are referred to, and of classes and object literals the members that
 * are called, through whichever interface. A member counts as called where somebody who is reached calls the declaration that
 * it implements; classes that are never referred to do not count. It errs on the side of too much: who calls a member of an
 * interface may hold any of the implementations that are reached.
 */

/** A piece of code that is reached as a whole: a function, a member, an initializer. */
export interface Unit {
  readonly node: ts.Node;
  /** Declarations that it refers to. */
  readonly refersTo: ReadonlySet<ts.Node>;
}

export interface Reached {
  readonly units: readonly Unit[];
  /** Units that a unit refers to, directly. */
  next(unit: Unit): readonly Unit[];
}

type Member = ts.ClassElement | ts.ObjectLiteralElementLike;

export class Program {
  readonly checker: ts.TypeChecker;
  readonly #program: ts.Program;
  readonly #root: string;

  /** @param root a checkout; @param entries files below it */
  constructor(root: string, entries: readonly string[]) {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    this.#root = root;
    this.#program = ts.createProgram(
      entries.map((entry) => join(root, entry)),
      { ...options, noEmit: true },
    );
    this.checker = this.#program.getTypeChecker();
  }

  reach(entry: string): Reached {
    const source = this.#program.getSourceFile(join(this.#root, entry));
    if (!source) throw new Error(`There is no ${entry}`);
    return new Reach(this).from(source);
  }

  isOwn(node: ts.Node): boolean {
    const { fileName, isDeclarationFile } = node.getSourceFile();
    return !isDeclarationFile && !fileName.includes('/node_modules/');
  }

  /** What a name refers to, through imports. */
  declarationsOf(name: ts.Node): readonly ts.Node[] {
    const shorthand = ts.isShorthandPropertyAssignment(name.parent);
    let symbol = shorthand
      ? this.checker.getShorthandAssignmentValueSymbol(name.parent)
      : this.checker.getSymbolAtLocation(name);
    if (symbol && (symbol.flags & ts.SymbolFlags.Alias) !== 0) symbol = this.checker.getAliasedSymbol(symbol);
    return symbol?.declarations ?? [];
  }
}

/** A member whose turn comes when somebody calls one of the declarations. */
interface Waiting {
  readonly declarations: ReadonlySet<ts.Node>;
  readonly name: string;
  /** Of the class or the literal: for interfaces that it fits without naming them. */
  readonly owner?: ts.Type;
  readonly unit: ts.Node;
}

class Reach implements Reached {
  readonly #program: Program;
  readonly #units = new Map<ts.Node, Unit>();
  readonly #called = new Set<ts.Node>();
  readonly #classes = new Set<ts.Node>();
  readonly #literals = new Set<ts.Node>();
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #queue: ts.Node[] = [];
  readonly #fits = new Map<ts.Type, Map<ts.Node, boolean>>();

  constructor(program: Program) {
    this.#program = program;
  }

  get units(): readonly Unit[] {
    return [...this.#units.values()];
  }

  from(source: ts.SourceFile): this {
    this.#queue.push(source);
    for (let node = this.#queue.pop(); node; node = this.#queue.pop()) {
      if (this.#units.has(node)) continue;
      const refersTo = new Set<ts.Node>();
      this.#units.set(node, { node, refersTo });
      this.#walk(node, refersTo, true);
    }
    return this;
  }

  next(unit: Unit): readonly Unit[] {
    const found = new Set<Unit>();
    for (const declaration of unit.refersTo) {
      const own = this.#units.get(declaration);
      if (own) found.add(own);
      const name = nameOf(declaration);
      for (const waiting of name === undefined ? [] : (this.#waiting.get(name) ?? [])) {
        const made = this.#units.get(waiting.unit);
        if (made && this.#answers(waiting, declaration)) found.add(made);
      }
    }
    return [...found];
  }

  #walk(node: ts.Node, refersTo: Set<ts.Node>, isStart = false): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    if (!isStart && isNamedFunction(node)) return;
    if (ts.isClassLike(node) && ts.isClassDeclaration(node)) return;
    if (ts.isObjectLiteralExpression(node)) this.#literal(node, refersTo);
    else if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) this.#name(node, refersTo);
    else if (ts.isObjectBindingPattern(node)) this.#pattern(node, refersTo);
    if (!ts.isObjectLiteralExpression(node)) ts.forEachChild(node, (child) => this.#walk(child, refersTo));
  }

  #name(node: ts.Identifier | ts.PrivateIdentifier, refersTo: Set<ts.Node>): void {
    const isDeclared = (node.parent as { readonly name?: ts.Node }).name === node && !isAccess(node.parent);
    if (isDeclared && !ts.isShorthandPropertyAssignment(node.parent)) return;
    for (const declaration of this.#program.declarationsOf(node)) this.#refer(declaration, refersTo);
  }

  /** What is taken out of an object by its name may be called. */
  #pattern(node: ts.ObjectBindingPattern, refersTo: Set<ts.Node>): void {
    const type = this.#program.checker.getTypeAtLocation(node);
    for (const { propertyName, name } of node.elements) {
      const taken = propertyName ?? name;
      if (!ts.isIdentifier(taken)) continue;
      for (const declaration of type.getProperty(taken.text)?.declarations ?? []) this.#refer(declaration, refersTo);
    }
  }

  #refer(declaration: ts.Node, refersTo: Set<ts.Node>): void {
    if (!this.#program.isOwn(declaration)) return;
    refersTo.add(declaration);
    if (ts.isClassDeclaration(declaration)) this.#class(declaration);
    else if (isMember(declaration) || isSignature(declaration)) this.#call(declaration);
    else if (ts.isFunctionDeclaration(declaration) || ts.isVariableDeclaration(declaration))
      this.#queue.push(declaration);
  }

  #call(declaration: ts.Node): void {
    if (this.#called.has(declaration)) return;
    this.#called.add(declaration);
    if (ts.isPropertyDeclaration(declaration)) this.#queue.push(declaration);
    const name = nameOf(declaration);
    for (const waiting of name === undefined ? [] : (this.#waiting.get(name) ?? [])) {
      if (this.#answers(waiting, declaration)) this.#queue.push(waiting.unit);
    }
  }

  /** Its members wait for who calls them; what makes one runs at once. */
  #class(node: ts.ClassDeclaration): void {
    if (this.#classes.has(node)) return;
    this.#classes.add(node);
    const owner = this.#program.checker.getTypeAtLocation(node);
    const above = [node, ...this.#above(node)];
    for (const base of above) this.#class(base);
    const named = above
      .flatMap((each) => heritageOf(each))
      .map((each) => this.#program.checker.getTypeAtLocation(each));
    // What a class inherits may be called through an interface that only it names.
    for (const member of above.flatMap(({ members }) => [...members])) {
      const name = nameOf(member);
      if (name === undefined || ts.isPropertyDeclaration(member)) this.#queue.push(member);
      else this.#wait({ declarations: new Set([member, ...declaredIn(named, name)]), name, owner, unit: member });
    }
  }

  #above(node: ts.ClassDeclaration): ts.ClassDeclaration[] {
    return heritageOf(node)
      .flatMap(({ expression }) => this.#program.declarationsOf(expression))
      .filter(ts.isClassDeclaration)
      .filter((base) => this.#program.isOwn(base))
      .flatMap((base) => [base, ...this.#above(base)]);
  }

  #literal(node: ts.ObjectLiteralExpression, refersTo: Set<ts.Node>): void {
    const isNew = !this.#literals.has(node);
    this.#literals.add(node);
    const type = this.#program.checker.getContextualType(node);
    for (const property of node.properties) {
      const name = nameOf(property);
      const implementation = this.#implementation(property);
      const declarations = type && name !== undefined ? declaredIn([type], name) : [];
      const own = declarations.filter((each) => this.#program.isOwn(each));
      if (name === undefined || !implementation || own.length === 0) {
        ts.forEachChild(property, (child) => this.#walk(child, refersTo));
        if (implementation && implementation !== property) this.#refer(implementation, refersTo);
      } else if (isNew) {
        this.#wait({ declarations: new Set([property, ...own]), name, owner: type!, unit: implementation });
      }
    }
  }

  /** The function that a property is, be it written there or named. */
  #implementation(property: ts.ObjectLiteralElementLike): ts.Node | undefined {
    if (ts.isMethodDeclaration(property)) return property;
    if (ts.isPropertyAssignment(property)) {
      if (ts.isArrowFunction(property.initializer) || ts.isFunctionExpression(property.initializer)) return property;
      return ts.isIdentifier(property.initializer) ? this.#local(property.initializer) : undefined;
    }
    return ts.isShorthandPropertyAssignment(property) ? this.#local(property.name) : undefined;
  }

  #local(name: ts.Identifier): ts.Node | undefined {
    return this.#program
      .declarationsOf(name)
      .find(
        (declaration) =>
          this.#program.isOwn(declaration) &&
          (ts.isFunctionDeclaration(declaration) ||
            (ts.isVariableDeclaration(declaration) && isFunction(declaration.initializer))),
      );
  }

  #wait(waiting: Waiting): void {
    const others = this.#waiting.get(waiting.name);
    if (others) others.push(waiting);
    else this.#waiting.set(waiting.name, [waiting]);
    for (const declaration of this.#called) if (this.#answers(waiting, declaration)) this.#queue.push(waiting.unit);
  }

  #answers({ declarations, name, owner }: Waiting, called: ts.Node): boolean {
    if (declarations.has(called)) return true;
    if (!owner || name.startsWith('#') || nameOf(called) !== name || !isSignature(called)) return false;
    const known = this.#fits.get(owner) ?? new Map<ts.Node, boolean>();
    this.#fits.set(owner, known);
    const fits = known.get(called) ?? this.#fitsInto(owner, name, called);
    known.set(called, fits);
    return fits;
  }

  /** Whether a member may be had through an interface that its owner does not name, or through a part of one. */
  #fitsInto(owner: ts.Type, name: string, called: ts.Node): boolean {
    const { checker } = this.#program;
    const isGeneric = [called.parent, ...(owner.symbol?.declarations ?? [])].some(hasParameters);
    if (isGeneric) {
      const shape = checker.getTypeAtLocation(called.parent);
      return shape.getProperties().every((each) => owner.getProperty(each.name) !== undefined);
    }
    const member = owner.getProperty(name);
    return (
      member !== undefined &&
      checker.isTypeAssignableTo(checker.getTypeOfSymbol(member), checker.getTypeAtLocation(called))
    );
  }
}

const heritageOf = (node: ts.ClassDeclaration): readonly ts.ExpressionWithTypeArguments[] =>
  (node.heritageClauses ?? []).flatMap(({ types }) => [...types]);
/** Types with parameters are compared by the names of their members. */
const hasParameters = (node: ts.Node): boolean =>
  (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && (node.typeParameters?.length ?? 0) > 0;
const declaredIn = (types: readonly ts.Type[], name: string): ts.Node[] =>
  types.flatMap((type) => type.getProperty(name)?.declarations ?? []);

const isFunction = (node: ts.Node | undefined): boolean =>
  node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
const isNamedFunction = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) || (ts.isVariableDeclaration(node) && isFunction(node.initializer));
const isAccess = (node: ts.Node): boolean => ts.isPropertyAccessExpression(node);
const isSignature = (node: ts.Node): boolean => ts.isMethodSignature(node) || ts.isPropertySignature(node);
const isMember = (node: ts.Node): node is Member =>
  ts.isClassElement(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isShorthandPropertyAssignment(node);

function nameOf(node: ts.Node): string | undefined {
  const { name } = node as { readonly name?: ts.Node };
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name))
    ? name.text
    : undefined;
}
