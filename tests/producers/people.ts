import { seededRandom } from '#cli/example/random.ts';

/** A person as the systems of a company know them; what a system does not know is null. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly note: string | null;
  readonly points: number | null;
  readonly revenue: number | null;
  readonly vip: boolean | null;
  /** An instant on a whole minute: spreadsheets have no seconds. */
  readonly since: string;
  readonly birthday: string | null;
}

const FIRST = ['Ada', 'Zoë', 'Jürgen', 'Anne-Marie', 'José', 'Ægir', 'Nil', 'Null', 'Mia'];
const LAST = ['Lovelace', "O'Brien", 'Weiß', 'de la Cruz, Jr.', '"Ace" Smith', 'Größe; Maß', 'Tab', 'N’Dour', 'True'];
/** Each has something that a writer has to escape, or that a reader might take for something else. */
const NOTES = [
  null,
  'plain',
  'says "hello"',
  '"quoted"',
  'C:\\temp\\new',
  'ends with a backslash\\',
  'a "quote" and a \\ backslash',
  'one, two; three | four',
  'two\nlines',
  '007',
  '1.234,50',
  'TRUE',
  "it's",
  '#hash',
  '100 % – €',
];

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const FIRST_DAY = Date.parse('1930-01-01T00:00:00Z');
const FIRST_MINUTE = Date.parse('2019-01-01T00:00:00Z');

/** The same people, whoever writes them. */
export function peopleOf(count: number): Person[] {
  const { next } = seededRandom(15);
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const maybe = <T>(value: T): T | null => (below(6) === 0 ? null : value);
  return Array.from({ length: count }, (_, n) => ({
    id: 1_000_000 + 7 * n,
    email: `person.${n}@example.com`,
    first_name: pick(FIRST),
    last_name: pick(LAST),
    note: NOTES[n % NOTES.length]!,
    points: maybe(below(100_000)),
    revenue: maybe(below(10_000_000) / 100),
    vip: maybe(below(2) === 0),
    since: new Date(FIRST_MINUTE + below(3_000_000) * MINUTE).toISOString(),
    birthday: maybe(new Date(FIRST_DAY + below(28_000) * DAY).toISOString().slice(0, 10)),
  }));
}

/** A person in XDM, as the dataset's schema has them: what every producer's file has to become. */
export function entityOf(person: Person): object {
  const { id, email, first_name: firstName, last_name: lastName, note, points, revenue, vip, since, birthday } = person;
  const own = { note, points, revenue, vip };
  const known = Object.entries(own).filter(([, value]) => value !== null);
  return {
    _acme: { customerId: String(id), ...Object.fromEntries(known) },
    person: { name: { firstName, lastName }, ...(birthday !== null && { birthDate: birthday }) },
    personalEmail: { address: email },
    extSourceSystemAudit: { lastUpdatedDate: since },
  };
}
