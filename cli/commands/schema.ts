import { Command, Option } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { collect, formerFlag } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { findSchema } from '#cli/schema/find-schema.ts';
import { readSchemaFolder } from '#cli/schema/read-schemas.ts';
import { type ValidationReport, validateFile } from '#cli/schema/validate-file.ts';
import { NotAllAccepted } from '#cli/user-error.ts';
import {
  UNION_CLASSES,
  type UnionClass,
  type UnionField,
  type UnionSchema,
  unionSchema,
} from '#core/catalog/union-schema.ts';
import { renderSchemaProblem } from '#core/schema/library.ts';

interface ValidateOptions {
  readonly schemas: string;
  readonly input: string;
  readonly json?: true;
}

export function schemaCommand(): Command {
  const command = new Command('schema').description('validate records against schemas');
  command
    .command('validate')
    .description('validate the records of a file against a schema; exit code 1 when one is rejected')
    .argument('<id-or-file>', 'the $id of a schema, or its file')
    .addOption(formerFlag('--schema <id-or-file>'))
    .requiredOption('--schemas <dir>', 'folder of schema files, laid out as those of the public XDM repository')
    .requiredOption(
      '--input <file>',
      'records: a JSON object, a JSON array, or one a line; may be gzip; - for standard input',
    )
    .option(...JSON_OPTION)
    .action(async (schema: string, { schemas, input, json }: ValidateOptions) => {
      const folder = await readSchemaFolder(schemas);
      const { validate, dangling } = await findSchema(schemas, folder, schema);
      for (const [path, reason] of folder.broken) warn(`${path} was omitted: ${reason}`);
      for (const problem of dangling.slice(0, MAX_WARNINGS)) {
        warn(`${renderSchemaProblem(problem)}; what has a value there is rejected`);
      }
      const more = dangling.length - MAX_WARNINGS;
      if (more > 0) warn(`${more} more references lead nowhere`);
      const report = await validateFile(input, validate);
      printReport(json, report, describe(report));
      if (report.rejected.length > 0) throw new NotAllAccepted();
    });
  command
    .command('union')
    .description('print the union schema: every field of every schema that is enabled for Profile')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .addOption(new Option('--class <class>', 'one class only').choices(UNION_CLASSES))
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option(...JSON_OPTION)
    .action(async (options: UnionOptions) => {
      const catalog = await loadCatalogFolder(options.catalog, parseVariables(options.set));
      const of = (name: UnionClass): UnionSchema | null => unionSchema(catalog, name) ?? null;
      const { class: name } = options;
      const answer = name ? of(name) : Object.fromEntries(UNION_CLASSES.map((each) => [each, of(each)]));
      const text = (name ? [name] : UNION_CLASSES).map((each) => describeUnion(each, of(each))).join('');
      printReport(options.json, answer, text);
    });
  return command;
}

/** References that lead nowhere are told up to this many; part of the repository may have hundreds. */
const MAX_WARNINGS = 20;
const warn = (text: string): void => void process.stderr.write(`warning: ${text}\n`);

/** A line a field: its path and its type. */
function describeUnion(name: UnionClass, union: UnionSchema | null): string {
  if (!union) return `No schema of the class ${name} is enabled for Profile.\n`;
  const lines = (fields: Readonly<Record<string, UnionField>>, above: string): string[] =>
    Object.entries(fields).flatMap(([key, field]) => {
      const path = `${above}${key}`;
      const lookup = field['meta:lookup'] ?? field.items?.['meta:lookup'];
      const inside = lookup?.properties ?? field.items?.properties ?? field.properties;
      const values = field.additionalProperties;
      const leads = lookup ? `, the key of ${lookup.$id}` : '';
      return [
        `  ${path}  ${[field.type ?? 'open'].flat().join(' or ')}${leads}`,
        ...(inside ? lines(inside, `${path}.`) : []),
        ...(values ? lines({ '*': values }, `${path}.`) : []),
      ];
    });
  return `${[`${union.$id}, the union of ${union['meta:schemas'].join(', ')}`, ...lines(union.properties, '')].join('\n')}\n`;
}

interface UnionOptions {
  readonly catalog: string;
  readonly class?: UnionClass;
  readonly set: readonly string[];
  readonly json?: true;
}

function describe({ accepted, rejected }: ValidationReport): string {
  const lines = rejected.flatMap(({ record, errors }) =>
    errors.map(
      ({ pointer, keyword, expected, found }) =>
        `record ${record}  ${pointer || '(the whole record)'}  ${keyword}: expected ${expected}, found ${found}`,
    ),
  );
  return [...lines, `${accepted} accepted, ${rejected.length} rejected`, ''].join('\n');
}
