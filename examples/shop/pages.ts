import { CATEGORIES, type Category, type Product } from '#cli/example/model.ts';
import { dataElement, html, type Markup } from './html.ts';
import { type Item, type PageData, TIERS } from './page-data.ts';
import { pictureOf } from './pictures.ts';
import type { DemoCustomer } from './platform.ts';
import { totalOf } from './sessions.ts';

/** What every page needs besides its own. */
export interface View {
  readonly data: PageData;
  readonly nonce: string;
  readonly cartCount: number;
  readonly path: string;
}

const money = (amount: number): string => `$${amount.toFixed(2)}`;
const titled = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export const homePage = (products: readonly Product[]) =>
  content(
    'Outdoor gear that lasts',
    html`<p class="lead">Tents, boots and stoves, made to be mended.</p>
<section id="hero" class="tip" aria-live="polite" hidden></section>
${grid(products)}`,
  );

export const categoryPage = (category: Category, products: readonly Product[]) =>
  content(titled(category), grid(products));

export const productPage = ({ sku, name, category, cents }: Product) =>
  content(
    name,
    html`<div class="product"><div>${pictureOf(category)}</div><div>
<p class="price">${money(cents / 100)}</p>
<p>Article ${sku}, in <a href="/${category}">${category}</a>. In stock, with you in two days.</p>
<form method="post" action="/cart"><input type="hidden" name="sku" value="${sku}"><button class="main">Put into the cart</button></form>
</div></div>`,
  );

export const cartPage = (items: readonly Item[]) =>
  content(
    'Your cart',
    items.length === 0
      ? html`<p>There is nothing in it. <a href="/">Have a look around</a></p>`
      : html`${itemTable(items, true)}<p><a class="button main" href="/checkout">To the checkout</a></p>`,
  );

export const checkoutPage = (items: readonly Item[]) =>
  content(
    'Checkout',
    items.length === 0
      ? html`<p>There is nothing to pay for. <a href="/">Have a look around</a></p>`
      : html`${itemTable(items, false)}
<form method="post" action="/checkout"><p>Nothing is charged and nothing is sent: this shop is invented.</p><button class="main">Order</button></form>`,
  );

export const orderPage = () =>
  content(
    'Thank you',
    html`<p>Your order is on its way. (It is not: this shop is invented.)</p><p><a href="/">Go on</a></p>`,
  );

export const guidePage = () =>
  content(
    'Which tent for which weather?',
    html`<p>Two people and a summer: the <a href="/products/TEN-101">Heron</a>. A family and a storm: the <a href="/products/TEN-204">Osprey</a>.</p>`,
  );

/** It is under another name of this machine, so for a browser it is another site: the device goes along in the link to it. */
export const blogPage = () =>
  content(
    'From the trail',
    html`<p class="lead">The shop’s blog, on a site of its own.</p>
<p>A browser keeps cookies apart by site. Whoever comes by the link of the shop is the same device here, because the SDK puts it into the link
(<code>adobe_mc</code>); whoever types the address is another one.</p><p><a href="/tents">Tents</a> for the next trip.</p>`,
  );

export const missingPage = () => content('There is no such page', html`<p><a href="/">To the shop</a></p>`);

export const loginPage = (customers: readonly DemoCustomer[]) =>
  content(
    'Log in',
    html`<p>As one of the customers of the example's data, or under a number of your own. There are no passwords: it is for trying out.</p>
<form method="post" action="/login" class="stack">
<ul class="choices">${customers.map(
      ({ crmId, name, tier }) =>
        html`<li><button name="crmId" value="${crmId}"><strong>${name}</strong><span>${crmId}</span><span class="chip">${tier === 'none' ? 'no tier' : tier}</span></button></li>`,
    )}</ul></form>
<form method="post" action="/login" class="inline"><label for="number">Customer number</label><input id="number" name="crmId" required maxlength="40" pattern="[A-Za-z0-9\\-]+" placeholder="RB-0001"><button class="main">Log in</button></form>`,
  );

const grid = (products: readonly Product[]): Markup =>
  html`<ul class="grid">${products.map(
    ({ sku, name, category, cents }) =>
      html`<li><a class="card" href="/products/${sku}">${pictureOf(category)}<span class="name">${name}</span><span class="price">${money(cents / 100)}</span></a></li>`,
  )}</ul>`;

const itemTable = (items: readonly Item[], canRemove: boolean): Markup =>
  html`<table><thead><tr><th scope="col">Article</th><th scope="col" class="number">Pieces</th><th scope="col" class="number">Price</th>${canRemove && html`<th scope="col"><span class="hidden">Remove</span></th>`}</tr></thead>
<tbody>${items.map(
    ({ sku, name, quantity, price }) =>
      html`<tr><td><a href="/products/${sku}">${name}</a></td><td class="number">${quantity}</td><td class="number">${money(price * quantity)}</td>${
        canRemove &&
        html`<td><form method="post" action="/cart/remove"><input type="hidden" name="sku" value="${sku}"><button aria-label="Remove ${name}">Remove</button></form></td>`
      }</tr>`,
  )}</tbody><tfoot><tr><th scope="row">Together</th><td></td><td class="number">${money(totalOf(items))}</td>${canRemove && html`<td></td>`}</tr></tfoot></table>`;

/** A page of the shop, with the panel beside it. */
const content =
  (title: string, body: Markup) =>
  ({ data, nonce, cartCount, path }: View): Markup =>
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Riverbend Outfitters</title><link rel="icon" href="/assets/icon.svg"><link rel="stylesheet" href="/assets/shop.css" nonce="${nonce}">
${dataElement('page-data', data)}
<script type="module" src="/assets/before-sdk.ts"></script><script defer src="/assets/alloy.js"></script><script type="module" src="/assets/page.ts"></script>
</head><body><a class="skip" href="#content">To the content</a>
<div class="layout"><div class="shop">
<header><a class="brand" href="/">Riverbend <span>Outfitters</span></a>
<nav aria-label="Shop">${CATEGORIES.map(
      (category) =>
        html`<a href="/${category}"${path === `/${category}` && html` aria-current="page"`}>${titled(category)}</a>`,
    )}</nav>
<div class="account"><a href="/cart">Cart (${cartCount})</a>${
      data.signedIn
        ? html`<span class="who">${data.signedIn.crmId}</span><form method="post" action="/logout"><button>Log out</button></form>`
        : html`<a href="/login">Log in</a>`
    }</div></header>
<div id="banner" role="region" aria-label="Offer"><p>Free returns within 30 days</p></div>
<main id="content"><h1>${title}</h1>${body}</main>
<footer><p>An invented shop, to see Tributary with. It runs on this machine only.</p><a id="blog" href="${data.blogUrl}">Our blog</a><button id="choices" type="button">Privacy choices</button></footer>
</div>
${panel(data.signedIn?.crmId)}
</div>
<section id="consent" aria-label="Privacy choices" hidden><p><strong>May we remember what you look at?</strong> Before you answer, nothing is sent.</p>
<div><button id="consent-in" type="button">Yes</button><button id="consent-out" type="button">No</button></div></section>
</body></html>`;

/** What the code of the page fills. */
const panel = (crmId: string | undefined): Markup =>
  html`<aside class="panel" aria-labelledby="panel-title"><details id="panel"><summary id="panel-title">What the platform sees</summary>
<section><h2>This device</h2><div id="device"><p class="muted">Not known to the platform.</p></div><form id="forget-form" method="post" action="/forget"><button>Come as a new visitor</button></form></section>
<section><h2>The profile now <button id="refresh" type="button">Refresh</button></h2><div id="profile" aria-live="off"><p class="muted">Nothing is held.</p></div></section>
<section><h2>What the SDK sent and got</h2><ol id="calls" tabindex="0" aria-label="Calls, the newest first"></ol><p id="no-calls" class="muted">Nothing yet.</p></section>
<section><h2>Loyalty data of the office</h2>${
    crmId === undefined
      ? html`<p class="muted">Log in to change your tier as the office would: by a file of the CRM.</p>`
      : html`<form id="tier-form" class="inline"><label for="tier">Tier of ${crmId}</label><select id="tier" name="tier">${TIERS.map((tier) => html`<option${tier === 'gold' && html` selected`}>${tier}</option>`)}</select><button class="main">Upload the file</button></form>`
  }<p id="tier-status" role="status"></p></section>
<section><h2>Claim to be somebody</h2><p class="muted">The page then says that this is a customer, and nobody has signed it: it is kept as a claim, and nothing of the customer comes back.</p>
<form id="claim-form" class="inline"><label for="claim">Customer number</label><input id="claim" name="claim" maxlength="40" pattern="[A-Za-z0-9\\-]+" placeholder="RB-0001"><button id="claim-button" class="main">Claim it</button></form>
<div id="claim-status" role="status"></div></section>
</details></aside>`;
