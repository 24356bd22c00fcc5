import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { type OutsideData, outsideData } from './data.ts';

type Tree = Record<string, unknown>;

/** An operation of a vendor's API, as the vendor describes it. */
export interface DescribedOperation {
  /** What is wrong with a request body; empty where nothing is. */
  problemsOf(body: unknown): readonly string[];
  requestExample(): unknown;
}

/** A vendor's machine-readable description of its API (OpenAPI 3). Reads nothing before it is asked. */
export interface ApiDescription extends OutsideData {
  servers(): readonly string[];
  /** @throws Error where the description has no such operation. @param path may have values in the place of parameters */
  operation(method: string, path: string): DescribedOperation;
}

/** A file of the descriptions that may lie beside the checkout. */
export function apiDescription(file: string): ApiDescription {
  const data = outsideData(`data/specs/${file}`);
  let read: Tree | undefined;
  const document = (): Tree => {
    const text = readFileSync(data.path, 'utf8');
    read ??= (file.endsWith('.json') ? JSON.parse(text) : parse(text)) as Tree;
    return read;
  };
  return {
    ...data,
    servers: () => (document().servers as readonly { url: string }[]).map(({ url }) => url),
    operation: (method, path) => {
      const paths = document().paths as Record<string, Record<string, Tree>>;
      const described = Object.keys(paths).find((pattern) => fits(pattern, path));
      const operation = described === undefined ? undefined : paths[described]![method.toLowerCase()];
      if (!operation) throw new Error(`${file} has no ${method} ${path}`);
      const content = (operation.requestBody as { content: Record<string, Tree> } | undefined)?.content ?? {};
      const [type] = Object.keys(content);
      const pointer = ['paths', described!, method.toLowerCase(), 'requestBody', 'content', type ?? '', 'schema'];
      let validate: ValidateFunction | undefined;
      return {
        requestExample: () => type && (content[type]!.example ?? (content[type]!.schema as Tree).example),
        problemsOf: (body) => {
          validate ??= compiled(document(), pointer);
          validate(body);
          return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
        },
      };
    },
  };
}

const fits = (pattern: string, path: string): boolean => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith('{') || part === given[i]);
};

function compiled(document: Tree, pointer: readonly string[]): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addSchema(document, 'api');
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  return ajv.compile({ $ref: `api#/${escaped.join('/')}` });
}
