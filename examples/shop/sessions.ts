import { PRODUCTS } from '#cli/example/model.ts';
import type { Happened, Item } from './page-data.ts';

/** What the shop's server remembers of a visitor. */
export interface Session {
  readonly id: string;
  /** Article number → how many. */
  readonly cart: Map<string, number>;
  /** Who has logged in. */
  crmId?: string;
  /** What the next page reports. */
  happened: Happened[];
}

const MAX_SESSIONS = 1_000;
const MAX_QUANTITY = 99;

/** Visitors by the id in their cookie, in memory: the oldest goes when there are too many. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  find(id: string | undefined): Session | undefined {
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  /** A visitor that nobody has seen before. A new one at each login, so that no id that others know becomes somebody's. */
  start(from?: Session): Session {
    if (from) this.#sessions.delete(from.id);
    if (this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
    const session: Session = { id: this.#newId(), cart: new Map(from?.cart), happened: from?.happened ?? [] };
    this.#sessions.set(session.id, session);
    return session;
  }
}

/** An article of the shop. */
export const productOf = (sku: string) => PRODUCTS.find((product) => product.sku === sku);

export const itemOf = ({ sku, name, cents }: (typeof PRODUCTS)[number], quantity = 1): Item => ({
  sku,
  name,
  quantity,
  price: cents / 100,
});

export const cartItems = ({ cart }: Pick<Session, 'cart'>): Item[] =>
  [...cart].flatMap(([sku, quantity]) => {
    const product = productOf(sku);
    return product ? [itemOf(product, quantity)] : [];
  });

export const totalOf = (items: readonly Item[]): number =>
  items.reduce((cents, { price, quantity }) => cents + Math.round(price * 100) * quantity, 0) / 100;

/** Puts one more of an article into the cart; nothing that the shop does not have. */
export function addToCart(session: Session, sku: string): void {
  const product = productOf(sku);
  const quantity = (session.cart.get(sku) ?? 0) + 1;
  if (!product || quantity > MAX_QUANTITY) return;
  session.cart.set(sku, quantity);
  session.happened.push({ kind: 'add-to-cart', items: [itemOf(product)] });
}

export function buy(session: Session, orderId: string): void {
  const items = cartItems(session);
  if (items.length === 0) return;
  session.happened.push({ kind: 'purchase', items, orderId, total: totalOf(items) });
  session.cart.clear();
}
