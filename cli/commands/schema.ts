import { Command } from 'commander';
import { findSchema } from '#cli/schema/find-schema.ts';
import { readSchemaFolder } from '#cli/schema/read-schemas.ts';
import { type ValidationReport, validateFile } from '#cli/schema/validate-file.ts';
import { NotAllAccepted } from '#cli/user-error.ts';

interface ValidateOptions {
  readonly schemas: string;
  readonly schema: string;
  readonly input: string;
  readonly json?: true;
}

export function schemaCommand(): Command {
  const command = new Command('schema').description('validate records against schemas');
  command
    .command('validate')
    .description('validate the records of a file against a schema; exit code 1 when one is refused')
    .requiredOption('--schemas <dir>', 'folder of schema files, laid out as those of the public XDM repository')
    .requiredOption('--schema <id-or-file>', 'the $id of a schema, or its file')
    .requiredOption('--input <file>', 'records: a JSON object, a JSON array, or one a line; may be gzip')
    .option('--json', 'print one JSON object')
    .action(async ({ schemas, schema, input, json }: ValidateOptions) => {
      const folder = await readSchemaFolder(schemas);
      const validate = await findSchema(schemas, folder, schema);
      for (const [path, reason] of folder.broken) process.stderr.write(`warning: ${path} was left out: ${reason}\n`);
      const report = await validateFile(input, validate);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : describe(report));
      if (report.refused.length > 0) throw new NotAllAccepted();
    });
  return command;
}

function describe({ accepted, refused }: ValidationReport): string {
  const lines = refused.flatMap(({ record, errors }) =>
    errors.map(
      ({ pointer, keyword, expected, found }) =>
        `record ${record}  ${pointer || '(the whole record)'}  ${keyword}: expected ${expected}, found ${found}`,
    ),
  );
  return [...lines, `${accepted} accepted, ${refused.length} refused`, ''].join('\n');
}
