import type { MappingRule } from '#core/ingestion/mapping/definition.ts';
import type { TypeOptions } from './column-type.ts';
import type { FoundIdentity } from './identities.ts';

/** What the user may say where a guess would go wrong. */
export interface InitOptions extends TypeOptions {
  /** Id of the dataset. */
  readonly dataset: string;
  /** Under whose name fields stand that are not of XDM, without the underscore. */
  readonly tenant: string;
  readonly kind?: 'event' | 'record' | undefined;
  /** Column, or pointer to the field, that says who a record is about. */
  readonly identity?: string | undefined;
}

/** What becomes of a column or a field. */
export interface GuessedField {
  /** Name of the column, or pointer to the field. */
  readonly source: string;
  /** Dotted path. */
  readonly destination: string;
  /** Of the mapping, besides source and destination. */
  readonly rule: Partial<Omit<MappingRule, 'source' | 'constant' | 'destination'>>;
  /** JSON Schema of the field. */
  readonly schema: object;
  /** For the user; holds no value of the file. */
  readonly reason: string;
}

export interface Guess {
  readonly kind: 'event' | 'record';
  readonly fields: readonly GuessedField[];
  readonly constants: readonly { readonly constant: string; readonly destination: string }[];
  /** The primary one first; none where nothing says who a record is about. */
  readonly identities: readonly FoundIdentity[];
  /** What the user should know. */
  readonly notes: readonly string[];
  /** Of JSON: the schema of a record as it is, in the place of one that is put together from the fields. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** JSON with an identityMap: whose primary identity is in there. */
  readonly hasIdentityMap?: boolean;
  /** Namespaces of an identityMap that are not standard. */
  readonly ownNamespaces?: readonly string[];
  /** A namespace that records have, for a first segment. */
  readonly shownNamespace?: string | undefined;
}

/** Where standard fields of times stand that are of a record. */
export const EVENT_TIME = 'extSourceSystemAudit.';
