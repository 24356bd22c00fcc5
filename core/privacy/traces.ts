import type { LinkingRules } from '#core/identity/linking-rules.ts';
import { type NormalForms, normalKey } from '#core/identity/normal-form.ts';
import { isSameNumber, LAST_DIGITS, lastDigits, numbersIn } from '#core/identity/phone.ts';
import type { CompiledDataset, IngestionSettings } from '#core/ingestion/settings.ts';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { type ValueFilter, WORD_BREAK } from '#core/lake/value-filter.ts';
import { primaryIdentity } from '#core/profile/assign.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import { partitionOf } from '#core/record/partition.ts';
import { isObject } from '#core/util/is-object.ts';
import type { Erasure } from './erasure.ts';
import { isDistinctive, keysOf, valuesOf } from './forms.ts';

export interface TraceSettings extends Pick<IngestionSettings, 'datasets'> {
  readonly links: LinkingRules;
  /** How values are compared: rows may have them in another form. */
  readonly normalForms: NormalForms;
}

/** Told of each request whose person was met. */
export type Met = (requestId: string) => void;

/** What a pass looks for: the identities of all requests together. Every row is looked at once, however many there are. */
export class Traces {
  readonly #byKey = new Map<IdentityKey, string>();
  readonly #byValue = new Map<string, string>();
  /** Telephone numbers, by their last digits. */
  readonly #numbers = new Map<string, { readonly number: string; readonly requestId: string }[]>();
  /** Whether one may stand in a row in a form in which nothing of it is found. */
  #isAnywhere = false;
  readonly #settings: TraceSettings;

  constructor(erasures: readonly Pick<Erasure, 'requestId' | 'identities'>[], settings: TraceSettings) {
    this.#settings = settings;
    for (const { requestId, identities } of erasures) {
      for (const identity of new Set(identities.flatMap((each) => [each, normalKey(each, settings.normalForms)]))) {
        for (const key of keysOf(identity)) this.#byKey.set(key, requestId);
        for (const value of valuesOf(identity)) this.#byValue.set(value, requestId);
        this.#addForm(identity, requestId);
      }
    }
  }

  #addForm(identity: IdentityKey, requestId: string): void {
    const { namespace, value } = parseIdentityKey(identity);
    const keeps = this.#settings.normalForms.get(namespace)?.keeps ?? 'value';
    const digits = keeps === 'last-digits' ? lastDigits(value) : undefined;
    if (keeps === 'value') return;
    if (digits === undefined || value.length < LEAST_LENGTH_OF_NUMBER) this.#isAnywhere = true;
    else this.#numbers.set(digits, [...(this.#numbers.get(digits) ?? []), { number: value, requestId }]);
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Whether an object may name somebody, by its value filter. */
  mayBeIn(filter: ValueFilter): boolean {
    if (this.#isAnywhere) return true;
    for (const digits of this.#numbers.keys()) if (filter.mayHoldNumber(digits)) return true;
    for (const value of this.#byValue.keys()) if (filter.mayHold(value)) return true;
    return false;
  }

  /** Whether an identity is one of theirs, as they are known or as destinations know them. */
  isTheirs(key: IdentityKey): boolean {
    return this.#byKey.has(key);
  }

  /** Whether a text names somebody by a value that is nobody else's, and no number of pieces. */
  isNamedIn(text: string): boolean {
    return text.split(WORD_BREAK).some((word) => isDistinctive(word) && this.#byValue.has(word.toLowerCase()));
  }

  /** Whether a line of text names somebody, as a word of its own. */
  isInLine(line: string, met: Met): boolean {
    const words = line.split(WORD_BREAK).flatMap((word) => this.#byValue.get(word.toLowerCase()) ?? []);
    const found = [...words, ...this.#numbersIn(line)];
    for (const requestId of new Set(found)) met(requestId);
    return found.length > 0;
  }

  /** Requests of people whose telephone number stands in a text, in whatever way it is written. */
  #numbersIn(text: string): string[] {
    if (this.#numbers.size === 0) return [];
    return numbersIn(text).flatMap((digits) =>
      (this.#numbers.get(digits.slice(-LAST_DIGITS)) ?? [])
        .filter(({ number }) => isSameNumber(digits, number))
        .map(({ requestId }) => requestId),
    );
  }

  /**
   * A row of the lake as it stays: itself where it names nobody; nothing where its primary identity is theirs, or it names
   * nobody else; otherwise without them.
   */
  rewrite(row: LakeRow, objectKey: string, met: Met): LakeRow | undefined {
    const entity = JSON.parse(row.json) as unknown;
    const values = new Set<string>();
    this.#valuesIn(entity, values);
    const dataset = this.#settings.datasets.get(partitionOf(objectKey)?.dataset ?? '');
    // Products and stores are no people; what they are called is found out by their own rules.
    if (dataset?.lookup) return row;
    const carried = dataset?.identitiesOf(entity) ?? NOTHING_CARRIED;
    const own = carried.identities.map(identityKey).filter((key) => this.#byKey.has(key));
    if (values.size === 0 && own.length === 0) return row;
    const distinctive = [...values].filter(isDistinctive);
    if (own.length === 0 && distinctive.length === 0) return row;
    for (const key of own) met(this.#byKey.get(key)!);
    for (const value of distinctive) met(this.#byValue.get(value)!);
    if (!dataset || this.#isTheirs(dataset, carried, own)) return undefined;
    const asSent = carried.rewritten.filter((identity) => this.#byKey.has(identityKey(identity)));
    const written = asSent.map(({ asSent: text }) => text.trim().toLowerCase());
    const gone = new Set([...distinctive, ...own.flatMap(valuesOf), ...written]);
    const json = JSON.stringify(without(entity, gone) ?? {});
    return json === row.json ? row : { ...row, json };
  }

  #isTheirs({ behaviour }: CompiledDataset, { identities, omitted }: Carried, own: readonly IdentityKey[]): boolean {
    if (own.length === 0) return false;
    if (own.length === identities.length) return true;
    const record = { behaviour, identities, ...(omitted.length > 0 && { omitted }) };
    const primary = primaryIdentity(record, this.#settings.links);
    return typeof primary !== 'string' && this.#byKey.has(identityKey(primary));
  }

  /** Their values that stand in the row, as a text or a word of one. */
  #valuesIn(value: unknown, found: Set<string>): void {
    if (typeof value === 'string') {
      const text = value.trim().toLowerCase();
      if (this.#byValue.has(text)) found.add(text);
      for (const word of text.split(WORD_BREAK)) if (this.#byValue.has(word)) found.add(word);
    } else if (typeof value === 'object' && value !== null) {
      for (const each of Object.values(value)) this.#valuesIn(each, found);
    }
  }
}

type Carried = ReturnType<CompiledDataset['identitiesOf']>;
const NOTHING_CARRIED: Carried = { identities: [], rewritten: [], omitted: [], rejections: [] };

/** Shorter ones may be written with so few digits that nothing is found by them. */
const LEAST_LENGTH_OF_NUMBER = 10;

const SEPARATED = new RegExp(`(${WORD_BREAK.source})`);

/** A value without some texts: what held nothing else goes with them, as does an identity without its id. */
function without(value: unknown, gone: ReadonlySet<string>): unknown {
  if (typeof value === 'string') {
    if (gone.has(value.trim().toLowerCase())) return undefined;
    const words = value.split(SEPARATED);
    const kept = words.filter((word) => !(gone.has(word.toLowerCase()) && isDistinctive(word)));
    return kept.length === words.length ? value : kept.join('');
  }
  if (Array.isArray(value)) return value.map((each) => without(each, gone)).filter((each) => each !== undefined);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, each]) => [name, without(each, gone)] as const);
  if (entries.some(([name, each]) => name === 'id' && each === undefined)) return undefined;
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}
