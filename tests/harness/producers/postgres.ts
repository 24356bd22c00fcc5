import { PGlite } from '@electric-sql/pglite';
import type { Person } from '#tests/producers/people.ts';
import { COLUMNS } from './fixtures.ts';

/** A Postgres in this process with the table `people`. */
export async function postgresWith(people: readonly Person[]): Promise<PGlite> {
  const database = new PGlite();
  await database.exec(`SET TimeZone = 'UTC'; CREATE TABLE people (
    id bigint PRIMARY KEY, email text, first_name text, last_name text, note text, points integer, revenue numeric(10, 2),
    vip boolean, since timestamptz, birthday date)`);
  const types =
    'id bigint, email text, first_name text, last_name text, note text, points integer, revenue numeric, vip boolean, since timestamptz, birthday date';
  await database.query(
    `INSERT INTO people SELECT ${COLUMNS.join(', ')} FROM json_to_recordset($1::json) AS given(${types})`,
    [JSON.stringify(people)],
  );
  return database;
}

/** What `COPY … TO` writes. @param copy without the place that it goes to, e.g. `people` and `(FORMAT csv, HEADER)` */
export async function copied(database: PGlite, what: string, options = ''): Promise<Uint8Array> {
  const { blob } = await database.query(`COPY ${what} TO '/dev/blob' ${options}`);
  return new Uint8Array(await blob!.arrayBuffer());
}
