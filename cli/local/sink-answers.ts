import { hash } from 'node:crypto';
import { z } from 'zod';

/** What the sink says to a request. */
export interface SinkAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An order to the sink: answer the next requests under a path with this status, or late, or both. */
export const behaviour = z.strictObject({
  pathPrefix: z.string().startsWith('/'),
  status: z.int().min(200).max(599),
  delayMs: z.int().min(0).max(600_000).default(0),
  /** Sent as `Retry-After`. */
  retryAfterSeconds: z.int().min(0).optional(),
  /** For how many requests; without it until the next reset. */
  times: z.int().min(1).optional(),
});
export type Behaviour = z.input<typeof behaviour>;

/** DCS region of a regional collection host (https://experienceleague.adobe.com/docs/audience-manager, "DCS regions"). */
const DCS_REGIONS: Readonly<Record<string, number>> = {
  apse: 3,
  sae: 4,
  irl1: 6,
  use: 7,
  apse2: 8,
  usw2: 9,
  tyo3: 11,
  ind1: 12,
};
const UNKNOWN_REGION = 0;

/** How the outside world answers when all is well: webhooks with `{}`, Audience Manager's edges like a DCS, else 404. */
export function usualAnswer(method: string, path: string, query: URLSearchParams): SinkAnswer {
  if (path.startsWith('/webhook/') && method === 'POST') return { status: 200, body: {} };
  const host = /^\/aam\/([^/]+)\/event$/.exec(path)?.[1];
  if (host !== undefined && (method === 'GET' || method === 'POST'))
    return { status: 200, body: dcsAnswer(host, query) };
  return {
    status: 404,
    body: {
      error: `nothing is simulated for ${method} ${path}; there are POST /webhook/* and GET|POST /aam/<host>/event`,
    },
  };
}

function dcsAnswer(host: string, query: URLSearchParams): Record<string, unknown> {
  const region = DCS_REGIONS[host.split('.')[0]?.toLowerCase() ?? ''] ?? UNKNOWN_REGION;
  return { stuff: [], uuid: query.get('d_uuid') ?? uuidFor(query.toString()), dcs_region: region };
}

/** 38 digits, as Audience Manager's device ids are; the same for the same question. */
function uuidFor(text: string): string {
  return BigInt(`0x${hash('sha256', text)}`)
    .toString()
    .slice(0, 38)
    .padStart(38, '1');
}

interface Order {
  readonly order: z.output<typeof behaviour>;
  left: number;
}

/** The orders active; a later one for the same or a longer path goes before an earlier or shorter one. */
export class Behaviours {
  #orders: Order[] = [];

  add(order: z.output<typeof behaviour>): void {
    this.#orders.push({ order, left: order.times ?? Number.POSITIVE_INFINITY });
  }

  /** The order for a request to this path, used up by one. */
  take(path: string): z.output<typeof behaviour> | undefined {
    let best: Order | undefined;
    for (const one of this.#orders) {
      const length = one.order.pathPrefix.length;
      if (path.startsWith(one.order.pathPrefix) && length >= (best?.order.pathPrefix.length ?? 0)) best = one;
    }
    if (best === undefined) return undefined;
    best.left -= 1;
    if (best.left <= 0) this.#orders = this.#orders.filter((one) => one !== best);
    return best.order;
  }

  clear(): void {
    this.#orders = [];
  }
}
