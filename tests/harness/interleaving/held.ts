import {
  applyInboundFile,
  type HubKnowledge,
  readInboundFile,
} from '#core/activation/destinations/aam/inbound-file.ts';
import { readInboundName } from '#core/activation/destinations/aam/inbound-name.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';

/** Members that a destination knows: `identity segment`, sorted, in lower case. */
export type Members = readonly string[];

interface WebhookBody {
  readonly profiles: readonly {
    readonly identityMap: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly segmentMembership: { readonly ups: Readonly<Record<string, { readonly status: string }>> };
  }[];
}

/**
 * The destinations of the company: they take requests and files one after the other, as they come, and know at any time
 * what the last one of each identity and segment has said.
 */
export class Destinations {
  readonly #requests = new Map<string, Set<string>>();
  readonly #rows = new Set<string>();
  readonly #full = new Map<string, Members>();
  #hub: HubKnowledge = new Map();

  take({ url, body }: HttpRequest): void {
    const { host } = new URL(url);
    if (host.endsWith('demdex.net')) this.#takeSignals(new URLSearchParams(body));
    else this.#takeProfiles(host.split('.')[0]!, JSON.parse(body) as WebhookBody);
  }

  takeFile(key: string, body: string): void {
    const [folder] = key.split('/');
    const inbound = readInboundName(key.slice(key.lastIndexOf('/') + 1));
    if (inbound?.kind === 'data') this.#hub = applyInboundFile(this.#hub, readInboundFile(inbound, body));
    else if (folder === 'rows') this.#takeRows(key, body);
    else if (folder === 'everybody')
      this.#full.set(
        segmentOf(key),
        rowsOf(body).map(([id]) => `crmid:${id}`),
      );
  }

  get held(): Readonly<Record<string, Members>> {
    const full = [...this.#full].flatMap(([segment, members]) => members.map((who) => `${who} ${segment}`));
    const devices = [...this.#hub].flatMap(([who, fields]) =>
      [...fields].map((field) => `${who} ${field.replace(/^segID=/, '')}`),
    );
    return {
      webhook: [...(this.#requests.get('webhook') ?? [])].sort(),
      crm: [...(this.#requests.get('crm') ?? [])].sort(),
      rows: [...this.#rows].sort(),
      everybody: full.sort(),
      devices: devices.sort(),
    };
  }

  #takeProfiles(destination: string, { profiles }: WebhookBody): void {
    const members = this.#requests.get(destination) ?? new Set<string>();
    this.#requests.set(destination, members);
    for (const { identityMap, segmentMembership } of profiles) {
      for (const [namespace, ids] of Object.entries(identityMap)) {
        for (const { id } of ids) {
          for (const [segment, { status }] of Object.entries(segmentMembership.ups)) {
            set(members, `${namespace.toLowerCase()}:${id} ${segment}`, status === 'realized');
          }
        }
      }
    }
  }

  /** The edge and the hub are two ways to one profile: what comes later counts. */
  #takeSignals(form: URLSearchParams): void {
    const named = [...form.getAll('d_mid'), ...form.getAll('d_cid').map((pair) => pair.split('\u0001')[1]!)];
    const hub = new Map(this.#hub);
    for (const who of named) {
      const known = new Set(hub.get(who));
      for (const segment of form.getAll('c_segID')) known.add(`segID=${segment}`);
      for (const segment of form.getAll('c_segID_exit')) known.delete(`segID=${segment}`);
      hub.set(who, known);
    }
    this.#hub = hub;
  }

  #takeRows(key: string, body: string): void {
    for (const [id, status] of rowsOf(body)) set(this.#rows, `ecid:${id} ${segmentOf(key)}`, status === 'realized');
  }
}

const set = (members: Set<string>, entry: string, isMember: boolean): void =>
  void (isMember ? members.add(entry) : members.delete(entry));

const segmentOf = (key: string): string => /_segment([a-z]+)_/.exec(key)![1]!;

const rowsOf = (csv: string): string[][] =>
  csv
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split(','));
