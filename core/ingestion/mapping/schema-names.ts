import type { MappingRule } from './definition.ts';
import type { Fields } from './mapped.ts';
import { headNames, parseSourcePath } from './source-path.ts';

/** What a mapping needs to know of the schema of its dataset. */
export interface MappingSettings {
  /** Whether a dotted path is a field that the schema names. */
  isField(path: string): boolean;
  /** What an empty cell means where no rule says. @default absent */
  readonly emptyCells?: 'absent' | 'clear';
}

/** Names are those of columns, mostly the same few; whoever sends others all the time does not fill the memory. */
const MAX_KNOWN = 10_000;

/**
 * What the names of records say that a mapping does not read. A record is of the schema already when each of its names
 * is a field there, and one of those that no rule reads holds an object or has dots: then it was not written for the
 * mapping. Flat names alone, such as `timestamp`, may be meant either way, and are mapped.
 */
export class SchemaNames {
  readonly #read: ReadonlySet<string>;
  readonly #settings: MappingSettings;
  readonly #known = new Map<string, boolean>();

  constructor(rules: readonly MappingRule[], settings: MappingSettings) {
    const sources = rules.flatMap(({ source, countrySource }) => [source ?? [], countrySource ?? []].flat());
    this.#read = new Set(sources.flatMap((source) => headNames(parseSourcePath(source))));
    this.#settings = settings;
  }

  haveHeader(header: readonly string[]): boolean {
    return header.every((name) => this.#isField(name)) && header.some((name) => this.isPassedOn(name));
  }

  haveRecord(record: Readonly<Fields>): boolean {
    let isStructured = false;
    for (const name in record) {
      if (!this.#isField(name)) return false;
      isStructured ||= !this.#read.has(name) && (name.includes('.') || typeof record[name] === 'object');
    }
    return isStructured;
  }

  /** Whether the name, which no rule reads, says by its dots which field it is. */
  isPassedOn(name: string): boolean {
    return name.includes('.') && !this.#read.has(name) && this.#isField(name);
  }

  #isField(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const is = this.#settings.isField(name);
    if (this.#known.size < MAX_KNOWN) this.#known.set(name, is);
    return is;
  }
}
