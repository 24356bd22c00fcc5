import { pqlFromJson } from '#core/segmentation/pql/json/from-json.ts';
import { pqlToJson } from '#core/segmentation/pql/json/to-json.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'segmentation';

export interface ConversionBody {
  readonly name: string;
  readonly expression: { readonly type: string; readonly format: 'pql/text' | 'pql/json'; readonly value: string };
}

/** `POST /segment/conversion`: a rule from text to JSON, or from JSON to text. */
export function convert({ name, expression, ...rest }: ConversionBody, call: RouteCall): HttpAnswer {
  const { type, format, value } = expression;
  try {
    const converted =
      format === 'pql/text'
        ? { type, format: 'pql/json', value: JSON.stringify(pqlToJson(parsePql(value))) }
        : { type, format: 'pql/text', value: pqlFromJson(JSON.parse(value)) };
    return {
      status: 200,
      body: { ...rest, name, imsOrgId: call.call.headers['x-gw-ims-org-id'] ?? '', expression: converted },
    };
  } catch (error) {
    if (error instanceof SyntaxError) return problem(FAMILY, 400, 'expression.value: it is not JSON');
    if (error instanceof PqlError) return problem(FAMILY, 400, `expression.value: ${error.message}`);
    throw error;
  }
}
