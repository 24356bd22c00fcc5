import { consentGiven, startConsent } from './consent.ts';
import { byId } from './elements.ts';
import { configure, reportPage, withDevice } from './events.ts';
import { startPanel } from './panel.ts';

/** Every page of the shop: runs when the SDK has been loaded. */
configure();
startPanel();
startConsent();
reportPage().catch(() => undefined); // Whoever has said no sends nothing, which is an error to the SDK.

/** Who goes to the blog is the same device there. Without an identity there is nothing to take along. */
byId<HTMLAnchorElement>('blog').addEventListener('click', async (event) => {
  if (consentGiven() !== 'in') return;
  event.preventDefault();
  const { href } = event.currentTarget as HTMLAnchorElement;
  location.assign(await withDevice(href).catch(() => href));
});
