import type { Fields } from './mapped.ts';

/** What a mapping needs to know of the schema of its dataset. */
export interface MappingSettings {
  /** Whether a dotted path is a field that the schema names. */
  isField(path: string): boolean;
  /** What an empty cell means where no rule says. @default absent */
  readonly emptyCells?: 'absent' | 'clear';
}

/** Names are those of columns, mostly the same few; whoever sends others all the time does not fill the memory. */
const MAX_KNOWN = 10_000;

/** What a name says to a mapping that does not read it, or that reads it. */
type Meaning =
  | 'unknown' // no field of the schema
  | 'read' // a field, and a rule reads a column or key of this name
  | 'flat' // a field
  | 'dotted'; // a field, with dots

/**
 * What the names of records say that a mapping does not read. A record is of the schema already when each of its names
 * is a field there, and one of those that no rule reads holds an object or has dots: then it was not written for the
 * mapping. Flat names alone, such as `timestamp`, may be meant either way, and are mapped.
 */
export class SchemaNames {
  readonly #read: ReadonlySet<string>;
  readonly #settings: MappingSettings;
  readonly #known = new Map<string, Meaning>();
  /** Most records have the names of the one before, in its order. */
  #names: string[] = [];
  #meanings: Meaning[] = [];

  /** @param read the names that the mapping reads, in whichever way they are written */
  constructor(read: readonly string[], settings: MappingSettings) {
    this.#read = new Set(read);
    this.#settings = settings;
  }

  haveHeader(header: readonly string[]): boolean {
    const meanings = header.map((name) => this.#meaningOf(name));
    return !meanings.includes('unknown') && meanings.includes('dotted');
  }

  /** Whether a record is of the schema already. */
  haveRecord(record: Readonly<Fields>): boolean {
    let isStructured = false;
    let at = 0;
    for (const name in record) {
      const meaning = this.#meaningAt(at++, name);
      if (meaning === 'unknown') return false;
      if (meaning === 'dotted' || (meaning === 'flat' && typeof record[name] === 'object')) isStructured = true;
    }
    return isStructured;
  }

  /** Those names of a record that no rule reads and that say by their dots which field they are. */
  passedOn(record: Readonly<Fields>): readonly string[] {
    let names: string[] | undefined;
    let at = 0;
    for (const name in record) {
      if (this.#meaningAt(at++, name) !== 'dotted') continue;
      names ??= [];
      names.push(name);
    }
    return names ?? NO_NAMES;
  }

  isPassedOn(name: string): boolean {
    return this.#meaningOf(name) === 'dotted';
  }

  #meaningAt(at: number, name: string): Meaning {
    if (this.#names[at] === name) return this.#meanings[at]!;
    const meaning = this.#meaningOf(name);
    if (at < MAX_REMEMBERED) {
      this.#names[at] = name;
      this.#meanings[at] = meaning;
    }
    return meaning;
  }

  #meaningOf(name: string): Meaning {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const meaning = this.#workOut(name);
    if (this.#known.size < MAX_KNOWN) this.#known.set(name, meaning);
    return meaning;
  }

  #workOut(name: string): Meaning {
    if (!this.#settings.isField(name)) return 'unknown';
    if (this.#read.has(name)) return 'read';
    return name.includes('.') ? 'dotted' : 'flat';
  }
}

const NO_NAMES: readonly string[] = [];
/** Names of a record, counted from the first. */
const MAX_REMEMBERED = 200;
