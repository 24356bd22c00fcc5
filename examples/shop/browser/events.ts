import type { Happened, Item, PageData } from '../page-data.ts';
import { EDGE_NAME, pageData } from './before-sdk.ts';

/** What the shop tells the SDK: who it is, what the page shows, and what has just happened. */

// biome-ignore lint/suspicious/noExplicitAny: the SDK's own results
type Answer = any;

const alloy = (command: string, options: object = {}): Promise<Answer> =>
  (window as unknown as { alloy: (command: string, options: object) => Promise<Answer> }).alloy(command, options);

const CURRENCY = 'USD';
const CLAIM = 'shop.claim';

export function configure(): void {
  const { orgId, datastreamId } = pageData;
  alloy('configure', {
    orgId,
    datastreamId,
    edgeDomain: EDGE_NAME,
    edgeBasePath: 'ee',
    thirdPartyCookiesEnabled: false,
    clickCollectionEnabled: false,
    // Nothing is sent before somebody has said yes.
    defaultConsent: 'pending',
  });
}

/** Says that the page is seen, and shows what the edge decides for it. */
export async function reportPage(): Promise<void> {
  const { page, happened } = pageData;
  const seen = send(pageEvent(page), { scopes: page.scopes });
  // Without waiting for an answer: somebody may be on the next page by then.
  const reports = happened.map((one) => send(happenedEvent(one)));
  const [answer] = await Promise.all([seen, ...reports]);
  showTip(answer?.propositions ?? []);
}

/** Asks once more what the page is to show, as it is now. */
export const askAgain = (): Promise<Answer> =>
  send({ eventType: 'decisioning.propositionFetch' }, { scopes: ['__view__'] });

/** Says who somebody is, without a signature. */
export async function claim(crmId: string): Promise<void> {
  sessionStorage.setItem(CLAIM, crmId);
  await send({ eventType: 'userAccount.claim' }, { scopes: ['__view__'] });
}

export const claimed = (): string | undefined => sessionStorage.getItem(CLAIM) ?? undefined;
export const stopClaiming = (): void => sessionStorage.removeItem(CLAIM);

/** The address with the device in it, for a site that has cookies of its own. */
export const withDevice = async (url: string): Promise<string> => (await alloy('appendIdentityToUrl', { url })).url;

export const setConsent = (isIn: boolean): Promise<Answer> => {
  const value = { collect: { val: isIn ? 'y' : 'n' }, metadata: { time: new Date().toISOString() } };
  return alloy('setConsent', { consent: [{ standard: 'Adobe', version: '2.0', value }] });
};

function send(xdm: object, asked?: { readonly scopes: readonly string[] }): Promise<Answer> {
  const identityMap = identities();
  return alloy('sendEvent', {
    xdm: { ...xdm, ...(identityMap && { identityMap }) },
    ...(asked && { renderDecisions: true, personalization: { decisionScopes: asked.scopes } }),
  });
}

/** The token of the shop's server stands behind the customer; a claim of the page's own has none. */
function identities(): object | undefined {
  const { signedIn } = pageData;
  if (signedIn) {
    const { crmId, token } = signedIn;
    return { CRMID: [{ id: crmId, authenticatedState: 'authenticated' }], identityToken: [{ id: token }] };
  }
  const id = claimed();
  return id === undefined ? undefined : { CRMID: [{ id, authenticatedState: 'authenticated' }] };
}

function pageEvent({ name, section, product, checkout }: PageData['page']): object {
  const web = { webPageDetails: { name, siteSection: section, pageViews: { value: 1 } } };
  if (product) return { eventType: 'commerce.productViews', web, ...commerce('productViews', [product]) };
  if (checkout?.length) return { eventType: 'commerce.checkouts', web, ...commerce('checkouts', checkout) };
  return { eventType: 'web.webpagedetails.pageViews', web };
}

function happenedEvent(one: Happened): object {
  switch (one.kind) {
    case 'add-to-cart':
      return { eventType: 'commerce.productListAdds', ...commerce('productListAdds', one.items) };
    case 'purchase': {
      const order = { purchaseID: one.orderId, currencyCode: CURRENCY, priceTotal: one.total };
      return { eventType: 'commerce.purchases', ...commerce('purchases', one.items, { order }) };
    }
    default:
      return { eventType: `userAccount.${one.kind}` };
  }
}

const commerce = (measure: string, items: readonly Item[], more: object = {}): object => ({
  commerce: { [measure]: { value: 1 }, ...more },
  productListItems: items.map(({ sku, name, quantity, price }) => ({
    SKU: sku,
    name,
    quantity,
    priceTotal: Math.round(price * 100 * quantity) / 100,
  })),
});

/** What the edge decides for a place that the page itself fills: data, shown as text, and reported as displayed. */
function showTip(propositions: readonly Answer[]): void {
  const tip = document.getElementById('hero');
  const found = propositions.find(({ scope, items = [] }) => scope === 'home-hero' && items.length > 0);
  const { title, link } = found?.items[0].data?.content ?? {};
  if (!tip || typeof title !== 'string') return;
  const made = document.createElement('a');
  made.textContent = title;
  made.href = typeof link === 'string' && /^\/(?!\/)/.test(link) ? link : '/';
  tip.replaceChildren(made);
  tip.hidden = false;
  const { id, scope, scopeDetails } = found;
  const decisioning = { propositions: [{ id, scope, scopeDetails }], propositionEventType: { display: 1 } };
  void send({ eventType: 'decisioning.propositionDisplay', _experience: { decisioning } });
}
