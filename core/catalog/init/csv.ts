import type { MappingRule } from '#core/ingestion/mapping/definition.ts';
import { type ColumnType, columnType, type TypeOptions } from './column-type.ts';
import { EVENT_TIME, type Guess, type GuessedField, type InitOptions } from './guess.ts';
import { type Candidate, type FoundIdentities, findIdentities } from './identities.ts';
import { fieldName, isEventIdName, isEventTimeName, isEventTypeName, plainName, standardFields } from './names.ts';
import type { Sample } from './sample.ts';

/** Beyond these a file is no list of people or events; the rest of its columns is omitted, and that is said. */
const MAX_COLUMNS = 1_000;

interface Column {
  readonly name: string;
  readonly index: number;
  /** Without blanks around them; empty where a row has none. */
  readonly values: readonly string[];
  readonly type: ColumnType;
  readonly isFilled: boolean;
  readonly isUnique: boolean;
}

const isAddress = (name: string): boolean => name.includes('@') && name.lastIndexOf('.') > name.indexOf('@') + 1;

/** The names of columns that look like values: then the first line is a row, and the file has no header. */
export function headerlessColumns({ header = [] }: Pick<Sample, 'header'>): readonly number[] {
  const isValue = (name: string): boolean =>
    isAddress(name) ||
    /^\d{4}-\d\d-\d\d/.test(name) ||
    /^\d{1,2}[./]\d{1,2}[./]\d{4}/.test(name) ||
    /^[+-]?\d[\d.,]{4,}$/.test(name);
  return header.flatMap((name, i) => (isValue(name) ? [i + 1] : []));
}

/** What the columns of a CSV file are likely to be. */
export function guessCsv(
  { header = [], records, repeatedHeaders = 0 }: Pick<Sample, 'header' | 'records' | 'repeatedHeaders'>,
  options: InitOptions,
): Guess {
  const rows = records.flatMap((record) => (record.rejection ? [] : [record.value as readonly string[]]));
  const columns = header
    .slice(0, MAX_COLUMNS)
    .map((name, index) => columnOf(name, index, rows, options))
    .filter(({ name }) => name !== '');
  const left = Math.max(0, header.length - MAX_COLUMNS);
  const nameless = header.flatMap((name, i) => (name === '' ? [i + 1] : []));
  const event = options.kind === 'record' ? undefined : eventOf(columns, rows.length, options);
  const kind = event ? 'event' : 'record';
  const taken = new Set(event ? [event.id.name, event.time.name] : []);
  const identities = findIdentities(columns.map(asCandidate), { ...options, kind, taken, wanted: options.identity });
  const fields = event
    ? eventFields(columns, event, identities, options)
    : fieldsOf(columns, 'record', new Map(), identities, options);
  const notes = [
    ...columns.flatMap(({ name, type: { note } }) => (note === undefined ? [] : [`"${name}": ${note}`])),
    ...identities.notes,
    ...(repeatedHeaders > 0 ? [`${repeatedHeaders} rows repeat the header; they are no records`] : []),
    ...(nameless.length > 0
      ? [`columns without a name of their own are not read: ${nameless.slice(0, 10).join(', ')}`]
      : []),
    ...(left > 0 ? [`${left} columns beyond the first ${MAX_COLUMNS} are omitted`] : []),
    ...(event || options.kind === 'record' ? [] : whyNoEvents(columns)),
  ];
  const constants = event && !event.type ? [{ constant: options.dataset, destination: 'eventType' }] : [];
  return { kind, fields, constants, identities: identities.identities, notes };
}

function columnOf(name: string, index: number, rows: readonly (readonly string[])[], options: TypeOptions): Column {
  const values = rows.map((row) => row[index]!.trim());
  const present = values.filter((value) => value !== '');
  return {
    name,
    index,
    values,
    type: columnType(name, present, options),
    isFilled: present.length === values.length && values.length > 0,
    isUnique: present.length > 0 && new Set(present).size === present.length,
  };
}

const asCandidate = ({ name, values, type }: Column): Candidate => ({
  source: name,
  name,
  values,
  ...(type.isEmail && { is: 'email' }),
  ...(type.type === 'phone' && { is: 'phone' }),
});

interface EventColumns {
  readonly id: Column;
  readonly time: Column;
  readonly type: Column | undefined;
}

/** The columns that make rows events, if they are: each has an id of its own and a time, and people have several. */
function eventOf(columns: readonly Column[], rows: number, options: InitOptions): EventColumns | undefined {
  const time = timeColumn(columns);
  const ids = columns.filter(({ isFilled, isUnique, name }) => isFilled && isUnique && name !== options.identity);
  const named = ids.filter(({ name }) => isEventIdName(name));
  const id = named.find(({ name }) => !/^_?(?:id|uuid|guid)$/.test(plainName(name))) ?? named[0];
  if (!time || !id || rows === 0) return undefined;
  const type = columns.find(
    (column) => isEventTypeName(column.name) && column.isFilled && column.type.type === 'string',
  );
  const person = findIdentities(columns.map(asCandidate), { ...options, kind: 'event', taken: new Set([id.name]) });
  const [primary] = person.identities;
  const owner = columns.find(({ name }) => name === primary?.source);
  const isRepeated = owner !== undefined && !owner.isUnique;
  const isNamedSo = /(?:event|order|transaction|message|invoice|booking|hit|bestell)/.test(plainName(id.name));
  const isEvent = options.kind === 'event' || (owner !== undefined && (isRepeated || type !== undefined || isNamedSo));
  return isEvent ? { id, time, type } : undefined;
}

const timeColumn = (columns: readonly Column[]): Column | undefined =>
  columns.find(({ name, type, isFilled }) => isEventTimeName(name) && isFilled && type.type === 'date-time') ??
  columns.find(({ name, type, isFilled }) => isEventTimeName(name) && isFilled && type.type === 'date');

/** Says what is missing where rows have a time and a type, but cannot be events. */
function whyNoEvents(columns: readonly Column[]): string[] {
  const time = timeColumn(columns);
  const type = columns.find(({ name, isFilled }) => isEventTypeName(name) && isFilled);
  if (!time || !type) return [];
  const hasId = columns.some(({ isFilled, isUnique, name }) => isFilled && isUnique && isEventIdName(name));
  if (hasId) return [];
  return [
    `"${time.name}" and "${type.name}" look like events, but no column is an id of its own for each row, which events need: as they are, a later row of a person takes the place of an earlier one. Add such a column (event_id) for events`,
  ];
}

function eventFields(
  columns: readonly Column[],
  { id, time, type }: EventColumns,
  identities: FoundIdentities,
  options: InitOptions,
): readonly GuessedField[] {
  const fixed = new Map<Column, GuessedField>([
    [id, fieldFor(id, '_id', 'another one in each row: the same event sent twice counts once')],
    [time, instantField(time)],
    ...(type ? [[type, fieldFor(type, 'eventType', 'what happened')] as const] : []),
  ]);
  return fieldsOf(columns, 'event', fixed, identities, options);
}

/** A day is the instant at which it begins in UTC. */
function instantField(column: Column): GuessedField {
  const { type, format, timeZone } = column.type;
  const rule: GuessedField['rule'] =
    type === 'date-time'
      ? { type, ...(format !== undefined && { format }), ...(timeZone !== undefined && { timeZone }) }
      : { type: 'date-time', format: format ?? 'yyyy-MM-dd', timeZone: 'UTC' };
  const field = fieldFor(column, 'timestamp', `when it happened: ${column.type.reason}`);
  return { ...field, rule, schema: { type: 'string', format: 'date-time' } };
}

function fieldsOf(
  columns: readonly Column[],
  kind: Guess['kind'],
  fixed: ReadonlyMap<Column, GuessedField>,
  { identities }: FoundIdentities,
  options: InitOptions,
): readonly GuessedField[] {
  const used = new Set([...fixed.values()].map(({ destination }) => destination));
  const roles = new Map(identities.map((identity) => [identity.source, identity]));
  return columns.map((column): GuessedField => {
    const known = fixed.get(column);
    if (known) return withRole(known, roles.get(column.name));
    const standard = standardFields(column.name, kind).find((path) => !used.has(path) && fits(path, column));
    const destination = standard ?? standardByValue(column, kind, used) ?? ownField(column, used, options.tenant);
    used.add(destination);
    return withRole(fieldFor(column, destination, column.type.reason), roles.get(column.name));
  });
}

function withRole(field: GuessedField, identity: FoundIdentities['identities'][number] | undefined): GuessedField {
  if (!identity) return field;
  const reason = `${identity.namespace}: ${identity.reason}`;
  if (identity.namespace === 'Phone_E.164') return { ...field, reason };
  // Identities are text, whatever else their values could be; blanks around them, and capitals of an e-mail address, are no part of them.
  const transform: MappingRule['transform'] = identity.namespace === 'Email' ? ['trim', 'lower'] : ['trim'];
  return { ...field, rule: { transform }, schema: { type: 'string' }, reason };
}

/** What its own values say, whatever it is called. */
function standardByValue({ type }: Column, kind: Guess['kind'], used: ReadonlySet<string>): string | undefined {
  if (kind === 'event') return undefined;
  const path = type.isEmail ? 'personalEmail.address' : type.type === 'phone' ? 'mobilePhone.number' : undefined;
  return path !== undefined && !used.has(path) ? path : undefined;
}

/** Whether the values are such as the standard field has. */
function fits(path: string, { type, values }: Column): boolean {
  if (path === 'homeAddress.countryCode') return values.every((value) => value === '' || /^[A-Z]{2}$/.test(value));
  if (path === 'commerce.order.currencyCode') return values.every((value) => value === '' || /^[A-Z]{3}$/.test(value));
  if (path === 'person.birthDate') return type.type === 'date';
  if (path.startsWith(EVENT_TIME)) return type.type === 'date-time';
  if (path === 'commerce.order.priceTotal' || path === 'loyalty.points') return type.type === 'number';
  return type.type === 'string' || type.type === 'number';
}

/** Fields that are text in XDM, whatever digits they hold. */
const isText = (path: string): boolean =>
  !path.startsWith('_') && path !== 'commerce.order.priceTotal' && path !== 'loyalty.points';

function ownField({ name, index }: Column, used: ReadonlySet<string>, tenant: string): string {
  const base = `_${tenant}.${fieldName(name, index + 1)}`;
  if (!used.has(base)) return base;
  // Of columns of nearly one name, the number tells them apart.
  const numbered = `${base}${index + 1}`;
  return used.has(numbered) ? `_${tenant}.column${index + 1}` : numbered;
}

function fieldFor({ name, type }: Column, destination: string, reason: string): GuessedField {
  const { format, timeZone, country } = type;
  const isId = destination === '_id' || destination === 'eventType';
  const kind = type.type === 'number' && (isId || isText(destination)) ? 'string' : type.type;
  const rule: GuessedField['rule'] = isId
    ? { transform: ['trim'] }
    : {
        ...(kind !== 'string' && { type: kind }),
        ...(format !== undefined && { format }),
        ...(timeZone !== undefined && { timeZone }),
        ...(country !== undefined && { country }),
      };
  return { source: name, destination, rule, schema: schemaFor(kind, isId), reason };
}

function schemaFor(type: MappingRule['type'], isId: boolean): object {
  if (isId) return { type: 'string' };
  if (type === 'number' || type === 'boolean') return { type };
  if (type === 'date' || type === 'date-time') return { type: 'string', format: type };
  return { type: 'string' };
}
