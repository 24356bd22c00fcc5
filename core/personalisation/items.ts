import type { ExperienceDefinition, ItemDefinition } from './definition.ts';

/** What is shown, as the SDK reads it. */
export interface CompiledItem {
  readonly id: string;
  readonly schema: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const SCHEMAS = 'https://ns.adobe.com/personalization/';
const DOM_ACTION_FORMAT = 'application/vnd.adobe.target.dom-action';

/** Nothing that is to be changed; the SDK says that it was shown all the same. */
export const DEFAULT_CONTENT: CompiledItem = { id: '1', schema: `${SCHEMAS}default-content-item`, data: {} };

/**
 * The items of an experience in their order; one without any shows what the page has by itself. Content stands in an answer as
 * it stands in the catalog: nothing of a person or an event is ever put into it.
 */
export function compileItems({ items }: Pick<ExperienceDefinition, 'items'>): readonly CompiledItem[] {
  if (items.length === 0) return [DEFAULT_CONTENT];
  return items.map((item, index) => compileItem(item, item.id ?? String(index + 1)));
}

function compileItem(item: ItemDefinition, id: string): CompiledItem {
  switch (item.type) {
    case 'html':
      return { id, schema: `${SCHEMAS}html-content-item`, data: { id, format: 'text/html', content: item.content } };
    case 'json':
      return {
        id,
        schema: `${SCHEMAS}json-content-item`,
        data: { id, format: 'application/json', content: item.content },
      };
    default: {
      const { id: _, ...action } = item;
      const data = { ...action, format: DOM_ACTION_FORMAT };
      // Hidden until it is as it is to be; who clicks on an element need not wait for it.
      return {
        id,
        schema: `${SCHEMAS}dom-action`,
        data: item.type === 'click' ? data : { ...data, prehidingSelector: item.selector },
      };
    }
  }
}

/** What a display or a click is counted by. */
export interface ExperienceKey {
  readonly activity: string;
  readonly experience: string;
}

/** The text that comes back with what was shown. It says all that counting needs, so nothing is kept about an answer. */
export const tokenOf = ({ activity, experience }: ExperienceKey): string =>
  Buffer.from(JSON.stringify([activity, experience])).toString('base64url');

const MAX_TOKEN_LENGTH = 512;

/** @returns undefined where the text is none of ours: whoever sends events writes it */
export function readToken(token: unknown): ExperienceKey | undefined {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(value) || value.length !== 2) return undefined;
    const [activity, experience] = value as unknown[];
    return typeof activity === 'string' && typeof experience === 'string' ? { activity, experience } : undefined;
  } catch {
    return undefined;
  }
}
