import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { operationsKey } from '#core/contract/tables.ts';
import type {
  SuppressionChange,
  SuppressionEntry,
  SuppressionList,
  Suppressions,
} from '#core/governance/suppression.ts';
import { batchGetFor } from './batch-get.ts';
import { type Item, putAll } from './client.ts';
import { bytesAt, numberAt, stringAt } from './item-codec.ts';

/** Entries of a page: some 100 KB, so that one more costs 100 write units and a million fit into 400 pages. */
const PAGE_ENTRIES = 2_500;
const DIGEST_BYTES = 32;
/** The digest, the instant as a double, the mode. */
const ENTRY_BYTES = DIGEST_BYTES + 9;

interface Page {
  readonly revision: number;
  readonly entries: ReadonlyMap<string, SuppressionEntry>;
}

interface Pages {
  /** Of the item that lists them; 0 where there is none yet. */
  readonly revision: number;
  readonly pages: readonly Page[];
}

/**
 * Suppression entries in pages of the `operations` table, and an item that says which revision each page has: who knows
 * them reads that one item, and then only what has changed.
 */
export class DynamoDbSuppressions implements Suppressions {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  #known: Pages = { revision: 0, pages: [] };

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(): Promise<SuppressionList> {
    const { pages } = await this.#latest();
    return {
      size: pages.reduce((sum, { entries }) => sum + entries.size, 0),
      find: (digest) => find(pages, digest),
    };
  }

  async change(changes: ReadonlyMap<string, SuppressionChange>): Promise<void> {
    const { revision, pages } = await this.#latest();
    const drafts = new Map<number, Map<string, SuppressionEntry>>();
    let last = Math.max(0, pages.length - 1);
    const draft = (index: number): Map<string, SuppressionEntry> => {
      const made = drafts.get(index) ?? new Map(pages[index]?.entries);
      drafts.set(index, made);
      return made;
    };
    for (const [digest, change] of changes) {
      const before = find(pages, digest);
      const after = change(before);
      if (!after) continue;
      if (!before && draft(last).size >= PAGE_ENTRIES) last += 1;
      draft(before ? pages.findIndex(({ entries }) => entries.has(digest)) : last).set(digest, after);
    }
    const changed = [...drafts].filter(([index, { size }]) => size > 0 && size >= (pages[index]?.entries.size ?? 0));
    if (changed.length === 0) return;
    const revisions = pages.map((page) => page.revision);
    for (const [index] of changed) revisions[index] = (revisions[index] ?? 0) + 1;
    await putAll(this.#client, this.#table, [
      {
        item: {
          pk: { S: operationsKey.suppressions() },
          revision: { N: String(revision + 1) },
          pages: { S: JSON.stringify(revisions) },
        },
        expect: { name: 'revision', value: revision },
      },
      ...changed.map(([index, entries]) => ({
        item: {
          pk: { S: operationsKey.suppressionPage(index) },
          revision: { N: String(revisions[index]) },
          entries: { B: pack(entries.values()) },
        },
        expect: { name: 'revision', value: pages[index]?.revision ?? 0 },
      })),
    ]);
  }

  /** Until the pages are those that the list names: whoever writes in between has written the list as well. */
  async #latest(): Promise<Pages> {
    for (;;) {
      const list = await this.#list();
      const revision = numberAt(list, 'revision') ?? 0;
      if (revision === this.#known.revision) return this.#known;
      // The table was restored to a time before: its pages may be others under the same numbers.
      if (revision < this.#known.revision) this.#known = { revision: 0, pages: [] };
      const revisions = JSON.parse(stringAt(list, 'pages') ?? '[]') as number[];
      const pages = [...this.#known.pages];
      const stale = revisions.flatMap((each, index) => (pages[index]?.revision === each ? [] : [index]));
      const items = batchGetFor(this.#client, this.#table, stale, operationsKey.suppressionPage);
      for await (const [index, item] of items) {
        pages[index] = {
          revision: numberAt(item, 'revision')!,
          entries: unpack(bytesAt(item, 'entries')!),
        };
      }
      if (revisions.every((each, index) => pages[index]?.revision === each)) this.#known = { revision, pages };
    }
  }

  async #list(): Promise<Item> {
    const Key = { pk: { S: operationsKey.suppressions() } };
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }),
    );
    return item ?? {};
  }
}

function find(pages: readonly Page[], digest: string): SuppressionEntry | undefined {
  for (const { entries } of pages) {
    const entry = entries.get(digest);
    if (entry) return entry;
  }
  return undefined;
}

function pack(entries: Iterable<SuppressionEntry>): Uint8Array {
  const all = [...entries];
  const bytes = Buffer.alloc(all.length * ENTRY_BYTES);
  for (const [index, { digest, at, mode }] of all.entries()) {
    const start = index * ENTRY_BYTES;
    bytes.write(digest, start, DIGEST_BYTES, 'base64url');
    bytes.writeDoubleBE(at, start + DIGEST_BYTES);
    bytes[start + ENTRY_BYTES - 1] = mode === 'always' ? 1 : 0;
  }
  return bytes;
}

function unpack(packed: Uint8Array): Map<string, SuppressionEntry> {
  const bytes = Buffer.from(packed);
  const entries = new Map<string, SuppressionEntry>();
  for (let start = 0; start < bytes.length; start += ENTRY_BYTES) {
    const digest = bytes.toString('base64url', start, start + DIGEST_BYTES);
    const mode = bytes[start + ENTRY_BYTES - 1] === 1 ? 'always' : 'until';
    entries.set(digest, { digest, mode, at: bytes.readDoubleBE(start + DIGEST_BYTES) });
  }
  return entries;
}
