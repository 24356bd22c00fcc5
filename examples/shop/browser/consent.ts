import { pageData } from './before-sdk.ts';
import { byId } from './elements.ts';
import { setConsent } from './events.ts';

/** What somebody has said; undefined before that. The SDK keeps it in a cookie. */
export function consentGiven(): 'in' | 'out' | undefined {
  const name = `kndctr_${pageData.orgId.replaceAll('@', '_')}_consent=`;
  const cookie = document.cookie.split('; ').find((one) => one.startsWith(name));
  const [, said] = /^general=(in|out)/.exec(decodeURIComponent(cookie?.slice(name.length) ?? '')) ?? [];
  return said as 'in' | 'out' | undefined;
}

/** Asks, where nothing was said yet; and again whenever somebody wants to say something else. */
export function startConsent(): void {
  const banner = byId('consent');
  banner.hidden = consentGiven() !== undefined;
  byId('choices').addEventListener('click', () => {
    banner.hidden = false;
    byId('consent-in').focus();
  });
  for (const isIn of [true, false]) {
    byId(isIn ? 'consent-in' : 'consent-out').addEventListener('click', async () => {
      banner.hidden = true;
      await setConsent(isIn);
    });
  }
}
