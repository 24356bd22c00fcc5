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
export const renderProblem = (problem: CatalogProblem): string => renderProblemIn(undefined, problem);

/** The same with the line of the file and a caret under the place. @param text what the file holds */
export function renderProblemIn(text: string | undefined, problem: CatalogProblem): string {
  const { file, line, column, message, expected, hint } = problem;
  const more = [expected && `expected: ${expected}`, hint && `hint: ${hint}`].filter(Boolean);
  const excerpt = text === undefined ? [] : excerptOf(text, line, column);
  return [`${file}:${line}:${column}  ${message}`, ...[...excerpt, ...more].map((one) => `    ${one}`)].join('\n');
}

/** The line and a caret; long lines are cut around the place. */
function excerptOf(text: string, line: number, column: number): string[] {
  const whole = text.split('\n')[line - 1]?.replace(/\r$/, '');
  if (whole === undefined || whole.trim() === '') return [];
  const from = column > 80 ? column - 80 : 0;
  return [whole.slice(from, from + 160), `${' '.repeat(column - 1 - from)}^`];
}

/** By file, then position. */
export function compareProblems(x: CatalogProblem, y: CatalogProblem): number {
  if (x.file !== y.file) return x.file < y.file ? -1 : 1;
  return x.line - y.line || x.column - y.column;
}
