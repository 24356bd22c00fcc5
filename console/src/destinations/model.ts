/** What flowed in an hour or a day, as the API tells it. */
export interface Balance {
  readonly received: number;
  readonly activated: number;
  readonly failed: number;
  readonly retried: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly waiting: number;
  readonly fromBefore: number;
}

/** Everybody who was excluded, whatever for. */
export const excludedOf = ({ excluded }: Pick<Balance, 'excluded'>): number =>
  Object.values(excluded).reduce((sum, count) => sum + count, 0);

export type Outcome = 'complete' | 'partial' | 'failed' | 'waiting' | 'none';

/** What became of a run: some taken and some not is a state of its own, never a success. */
export function outcomeOf(run: Balance): Outcome {
  if (run.failed > 0) return run.activated > 0 ? 'partial' : 'failed';
  if (run.waiting > 0) return run.activated > 0 ? 'partial' : 'waiting';
  return run.received + run.activated + excludedOf(run) === 0 ? 'none' : 'complete';
}

/** Where a column of a chart begins and how high it is, of 100. */
export interface Piece {
  readonly kind: 'activated' | 'failed' | 'excluded';
  readonly from: number;
  readonly height: number;
}

/** What is stacked in each column, on one scale that begins at 0. */
export function columnsOf(runs: readonly Balance[]): readonly (readonly Piece[])[] {
  const most = Math.max(1, ...runs.map((run) => run.activated + run.failed + excludedOf(run)));
  return runs.map((run) => {
    let from = 0;
    const parts = { activated: run.activated, failed: run.failed, excluded: excludedOf(run) } as const;
    return Object.entries(parts).map(([kind, count]) => {
      const piece = { kind: kind as Piece['kind'], from, height: (100 * count) / most };
      from += piece.height;
      return piece;
    });
  });
}

/** A setting of a type, as a form asks for it. */
export interface Field {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'list' | 'json';
  readonly isRequired: boolean;
  readonly options: readonly string[];
}

/** What no form asks for: the rest of the page says it. */
const ELSEWHERE = ['id', 'name', 'description', 'type', 'segments', 'enabled', 'guard', 'marketingActions'];

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The settings of a type, from the JSON Schema of its definition: what has to be there first. */
export function fieldsOf(schema: object): Field[] {
  const { properties = {}, required = [] } = schema as Schema;
  const fields = Object.entries(properties)
    .filter(([name]) => !ELSEWHERE.includes(name))
    .map(
      ([name, about]): Field => ({
        name,
        kind: kindOf(about),
        isRequired: required.includes(name),
        options: (about.enum ?? []).map(String),
      }),
    );
  return [...fields.filter(({ isRequired }) => isRequired), ...fields.filter(({ isRequired }) => !isRequired)];
}

function kindOf({ type, enum: options, items }: Schema): Field['kind'] {
  if (options) return 'choice';
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'flag';
  return type === 'array' && items?.type === 'string' ? 'list' : 'json';
}

export type Values = Readonly<Record<string, string | boolean | readonly string[]>>;

/** What was filled in, as settings of a definition; or the name of a field that cannot be read. */
export function settingsOf(
  fields: readonly Field[],
  values: Values,
): Record<string, unknown> | { readonly wrong: string } {
  const settings: Record<string, unknown> = {};
  for (const { name, kind } of fields) {
    const value = values[name];
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    if (kind === 'number') settings[name] = Number(value);
    else if (kind !== 'json') settings[name] = value;
    else {
      try {
        settings[name] = JSON.parse(String(value)) as unknown;
      } catch {
        return { wrong: name };
      }
    }
  }
  return settings;
}

/** A definition as a file of a catalog: JSON values are YAML. */
export const yamlOf = (definition: object): string =>
  Object.entries(definition)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
