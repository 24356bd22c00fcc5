/** Elements of the page; what they show is always text, never markup. */

/** The element of an id. @throws Error where the page has none */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element "${id}"`);
  return found as T;
}

/** A new element with text or other elements in it. */
export function element(name: string, content: string | readonly (Node | string)[] = [], className = ''): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...(typeof content === 'string' ? [content] : content));
  return made;
}

/** Names and what they stand for, in two columns. */
export const pairs = (rows: readonly (readonly [string, string])[]): HTMLElement =>
  element(
    'dl',
    rows.flatMap(([name, value]) => [element('dt', name), element('dd', value)]),
  );

/** Something that can be opened; open again when it is drawn anew, if it was. */
export function opening(summary: readonly (Node | string)[], content: readonly Node[], key: string): HTMLElement {
  const made = document.createElement('details');
  made.append(element('summary', summary), ...content);
  made.open = OPEN.has(key);
  made.addEventListener('toggle', () => (made.open ? OPEN.add(key) : OPEN.delete(key)));
  return made;
}

const OPEN = new Set<string>();

/** `10:49:31`, of the machine that shows it. */
export const clock = (time: number): string => new Date(time).toLocaleTimeString('en-GB');
