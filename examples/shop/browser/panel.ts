import type { AudienceNow, EventNow, Extent, ProfileNow } from '../page-data.ts';
import { pageData } from './before-sdk.ts';
import { allCalls, type Call, onCall } from './calls.ts';
import { consentGiven } from './consent.ts';
import { byId, clock, element, opening, pairs } from './elements.ts';
import { askAgain, claim, claimed, stopClaiming } from './events.ts';

/** What the platform sees: who the device is, what it holds, what was sent and got, and what somebody may try. */

/** Looked again after a call, since records take a moment to arrive. */
const LOOK_AFTER_MS = [700, 2_500, 6_000];
const LOOK_EVERY_MS = 1_500;
const MAX_LOOKS = 40;
const WIDE = '(min-width: 70rem)';
const CLOSED = 'shop.panel-closed';

export function startPanel(): void {
  const panel = byId<HTMLDetailsElement>('panel');
  panel.open = matchMedia(WIDE).matches && sessionStorage.getItem(CLOSED) === null;
  panel.addEventListener('toggle', () => {
    if (panel.open) sessionStorage.removeItem(CLOSED);
    else sessionStorage.setItem(CLOSED, '');
    if (panel.open) showProfile();
  });
  byId('refresh').addEventListener('click', () => showProfile());
  byId('forget-form').addEventListener('submit', () => sessionStorage.clear());
  byId('claim-form').addEventListener('submit', (event) => void changeClaim(event));
  document.getElementById('tier-form')?.addEventListener('submit', (event) => void changeTier(event));
  onCall(() => {
    showCalls();
    lookAgain();
  });
  showCalls();
  showClaim();
  showProfile();
}

let looks: number[] = [];

function lookAgain(): void {
  for (const look of looks) clearTimeout(look);
  looks = LOOK_AFTER_MS.map((ms) => setTimeout(() => showProfile(), ms));
}

async function profileNow(): Promise<ProfileNow | undefined> {
  const answer = await fetch('/panel/profile');
  if (!answer.ok) throw new Error(`The profile could not be read (${answer.status}).`);
  return ((await answer.json()) as { profile?: ProfileNow }).profile;
}

let showing: Promise<void> = Promise.resolve();
let isWaiting = false;

/** One look after the other, and no more than one that waits. */
function showProfile(): void {
  if (isWaiting || !byId<HTMLDetailsElement>('panel').open) return;
  isWaiting = true;
  showing = showing.then(async () => {
    isWaiting = false;
    await showProfileNow();
  });
}

async function showProfileNow(): Promise<void> {
  try {
    const profile = await profileNow();
    showDevice(profile);
    byId('profile').replaceChildren(
      ...(profile ? profileElements(profile) : [element('p', 'Nothing is held.', 'muted')]),
    );
  } catch (error) {
    byId('profile').replaceChildren(element('p', (error as Error).message, 'problem'));
  }
}

function showDevice(profile: ProfileNow | undefined): void {
  const { signedIn } = pageData;
  const said = { in: 'yes', out: 'no' }[consentGiven() ?? ''] ?? 'not asked yet';
  const rows: (readonly [string, string])[] = [['May be remembered', said]];
  if (profile) {
    const { ecid, createdAt, source } = profile.device;
    rows.push(['ECID (cookie)', ecid], ['Made', `${clock(createdAt)} (${source})`]);
  }
  rows.push(['Logged in', signedIn ? `${signedIn.crmId}, signed by the shop` : 'no']);
  byId('device').replaceChildren(pairs(rows));
}

function profileElements({ identities, attributes, audiences, events }: ProfileNow): Node[] {
  if (identities.length === 0 && events.length === 0) return [element('p', 'Nothing is held of this device.', 'muted')];
  const [members, others] = [audiences.filter((one) => one.isMember), audiences.filter((one) => !one.isMember)];
  return [
    element('p', `As of ${clock(Date.now())}`, 'muted'),
    element('h3', 'Identities'),
    pairs(identities),
    element('h3', 'Audiences'),
    members.length === 0 ? element('p', 'In none.', 'muted') : element('div', members.map(audienceElement)),
    opening([`Not in ${others.length} others`], others.map(audienceElement), 'others'),
    element('h3', 'Attributes'),
    attributes.length === 0 ? element('p', 'None.', 'muted') : pairs(shortest(attributes)),
    opening([`All ${attributes.length}`], [pairs(attributes)], 'attributes'),
    element('h3', 'Newest events'),
    element('ol', events.map(eventElement), 'events'),
  ];
}

/** Those that this shop is about. */
const shortest = (attributes: ProfileNow['attributes']): ProfileNow['attributes'] =>
  attributes.filter(([path]) => path.startsWith('loyalty.') || path.startsWith('consents.collect.'));

const audienceElement = ({ id, name, method, isMember, because }: AudienceNow): HTMLElement =>
  opening(
    [
      element('span', isMember ? 'in' : 'not in', isMember ? 'in' : 'muted'),
      ` ${name} `,
      element('span', method, 'chip'),
    ],
    [element('pre', because.join('\n'))],
    `audience ${id}`,
  );

function eventElement({ time, type, unverified }: EventNow): HTMLElement {
  const claims =
    unverified.length > 0 ? [element('span', ` claims, unverified: ${unverified.join(', ')}`, 'claim')] : [];
  return element('li', [element('span', clock(time), 'muted'), ` ${type || 'event'}`, ...claims]);
}

function showCalls(): void {
  const calls = allCalls();
  byId('no-calls').hidden = calls.length > 0;
  byId('calls').replaceChildren(...calls.map(callElement));
}

function callElement(call: Call): HTMLElement {
  const { id, at, path, sent, status, ms, got, error } = call;
  const outcome = error ?? (status === undefined ? 'sent' : `${status}, ${ms} ms`);
  const summary = [
    element('span', clock(at), 'muted'),
    ` ${path.split('/').slice(2).join('/')} `,
    element('span', outcome, 'chip'),
  ];
  const parts = [
    ...whatItSays(call).map((line) => element('p', line)),
    element('h4', 'Sent'),
    element('pre', JSON.stringify(sent, null, 1)),
    ...(got === undefined ? [] : [element('h4', 'Got'), element('pre', JSON.stringify(got, null, 1))]),
  ];
  return element('li', [
    opening(summary, parts, `call ${id}`),
    ...whatItSays(call).map((line) => element('p', line, 'gist')),
  ]);
}

/** The gist of a call: what happened, and what came of it. */
function whatItSays({ sent, got }: Call): string[] {
  const types = (sent?.events ?? []).map((event: { xdm?: { eventType?: string } }) => event.xdm?.eventType ?? 'event');
  const lines = types.length > 0 ? [`sent ${types.join(', ')}`] : [];
  const isKnown = JSON.stringify(sent?.meta?.state?.entries ?? '').includes('_identity');
  for (const { type, payload = [] } of got?.handle ?? []) {
    if (type !== 'identity:result' || !isKnown) lines.push(...gistOf(type, payload));
  }
  for (const { title, detail } of [...(got?.errors ?? []), ...(got?.warnings ?? [])])
    lines.push(`got: ${detail ?? title}`);
  return lines;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the protocol has
function gistOf(type: string, payload: any[]): string[] {
  switch (type) {
    case 'identity:result':
      return payload.map(({ namespace, id }) => `got ${namespace.code} ${id}`);
    case 'personalization:decisions':
      return payload.map(({ id, items = [] }) => `got: show ${id}${items.length === 0 ? ' (the page as it is)' : ''}`);
    case 'activation:pull':
      return payload.map(
        ({ segments = [] }) =>
          `got audiences for the page: ${segments.map(({ id }: { id: string }) => id).join(', ') || 'none'}`,
      );
    default:
      return [];
  }
}

async function changeTier(event: Event): Promise<void> {
  event.preventDefault();
  const { value: tier } = byId<HTMLSelectElement>('tier');
  const say = (text: string): void => byId('tier-status').replaceChildren(text);
  const answer = await fetch('/panel/tier', { method: 'POST', body: new URLSearchParams({ tier }) });
  if (!answer.ok) return say(`The file could not be uploaded (${answer.status}).`);
  say('Uploaded; waiting until the profile has it …');
  for (let look = 0; look < MAX_LOOKS; look++) {
    const profile = await profileNow();
    if (profile?.attributes.some(([path, value]) => path === 'loyalty.tier' && value === tier)) {
      byId('banner').replaceChildren(element('p', 'Free returns within 30 days'));
      await askAgain();
      return say(`The profile has tier ${tier}; the page has asked again what to show.`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  say('The profile does not have it yet. Has the file been rejected? (tributary batch list)');
}

const extentOf = async (crmId: string): Promise<Extent> =>
  (await (await fetch(`/panel/extent?crmId=${encodeURIComponent(crmId)}`)).json()) as Extent;

async function changeClaim(event: Event): Promise<void> {
  event.preventDefault();
  if (claimed() !== undefined) {
    stopClaiming();
    byId('claim-status').replaceChildren();
    return showClaim();
  }
  const crmId = byId<HTMLInputElement>('claim').value.trim();
  if (crmId === '') return;
  const before = await extentOf(crmId);
  await claim(crmId);
  showClaim();
  // By then the event has gone through the platform, and would have changed something if it could.
  await new Promise((resolve) => setTimeout(resolve, LOOK_AFTER_MS.at(-1)));
  const after = await extentOf(crmId);
  const lines = (['identities', 'events', 'audiences'] as const).map((what): [string, string] => [
    `${crmId}, ${what}`,
    `${before[what]} before, ${after[what]} after`,
  ]);
  byId('claim-status').replaceChildren(pairs(lines));
}

function showClaim(): void {
  const crmId = claimed();
  const isClaiming = crmId !== undefined;
  const input = byId<HTMLInputElement>('claim');
  const isSignedIn = pageData.signedIn !== undefined;
  if (isClaiming) input.value = crmId;
  input.readOnly = isClaiming;
  byId('claim-button').textContent = isClaiming ? 'Stop claiming' : 'Claim it';
  byId<HTMLButtonElement>('claim-button').disabled = isSignedIn;
  if (isSignedIn) byId('claim-status').textContent = 'Log out first: what the shop has signed goes before.';
}
