/** Something in a catalog that must be put right before it can be used. Lines and columns start at 1. */
export interface CatalogProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly expected?: string;
  /** What to do about it, e.g. the name that was probably meant. */
  readonly hint?: string;
}

/** `segments/a1.yaml:7:12  message`, with what was expected and the hint on lines of their own. */
export function renderProblem(problem: CatalogProblem): string {
  const { file, line, column, message, expected, hint } = problem;
  const more = [expected && `expected: ${expected}`, hint && `hint: ${hint}`].filter(Boolean);
  return [`${file}:${line}:${column}  ${message}`, ...more.map((text) => `    ${text}`)].join('\n');
}

/** By file, then position. */
export function compareProblems(x: CatalogProblem, y: CatalogProblem): number {
  if (x.file !== y.file) return x.file < y.file ? -1 : 1;
  return x.line - y.line || x.column - y.column;
}
