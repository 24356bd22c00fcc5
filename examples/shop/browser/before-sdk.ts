import type { PageData } from '../page-data.ts';
import { listenToSdk } from './calls.ts';
import { byId } from './elements.ts';

/** The name under which the SDK is told to call the edge; see below. */
export const EDGE_NAME = 'edge.local';

export const pageData = JSON.parse(byId('page-data').textContent) as PageData;

/**
 * Runs before the SDK is loaded. The SDK calls https and the port 443 only, whatever it is configured with, so its calls are
 * led to the edge on this machine. A site with a domain of its own needs nothing of this.
 */
for (const [at, name] of [
  [window, 'fetch'],
  [navigator, 'sendBeacon'],
] as const) {
  const scope = at as unknown as Record<string, (url: string, ...more: unknown[]) => unknown>;
  const call = scope[name]!.bind(at);
  scope[name] = (url, ...more) => call(String(url).replace(`https://${EDGE_NAME}/`, `${pageData.edgeUrl}/`), ...more);
}

/** The base code that Adobe publishes: it queues commands until the SDK is there. */
const scope = window as unknown as { __alloyNS: string[]; alloy: { q: unknown[] } & ((...args: unknown[]) => unknown) };
scope.__alloyNS = ['alloy'];
const queue = (...args: unknown[]) => new Promise((resolve, reject) => void queue.q.push([resolve, reject, args]));
queue.q = [] as unknown[];
scope.alloy = queue;

listenToSdk();
