import { BINARY_OPERATORS } from '#core/ingestion/mapping/expression/ast.ts';
import { usageOf } from '#core/ingestion/mapping/expression/check.ts';
import { ExpressionError } from '#core/ingestion/mapping/expression/error.ts';
import { FUNCTIONS } from '#core/ingestion/mapping/expression/functions/index.ts';
import { parseExpression } from '#core/ingestion/mapping/expression/parse.ts';
import type { HttpAnswer } from '../http.ts';

/** `GET /languages/el/functions` */
export const listFunctions = (): HttpAnswer => ({
  status: 200,
  body: Object.entries(FUNCTIONS).map(([name, definition]) => ({
    category: 'Mapping',
    function: name,
    syntax: usageOf(name, definition),
    returns: '',
    returnType: typeof definition.result === 'function' ? 'any' : String(definition.result),
    params: definition.parameters.map(({ name: parameter, takes }, position) => ({
      name: parameter,
      type: String(takes),
      dataType: String(takes),
      position: position + 1,
    })),
    since: 1,
  })),
});

/** `GET /languages/el/operators` */
export const listOperators = (): HttpAnswer => ({
  status: 200,
  body: BINARY_OPERATORS.map((operatorSymbol) => ({
    operatorSymbol,
    methodName: operatorSymbol,
    numberOfOperands: 2,
    example: `1 ${operatorSymbol} 2`,
  })),
});

/** `POST /languages/el/validate`: whether an expression can be read. */
export function validateExpression(expression: string): HttpAnswer {
  try {
    parseExpression(expression);
    return { status: 200, body: 'true' };
  } catch (error) {
    if (error instanceof ExpressionError) return { status: 200, body: 'false' };
    throw error;
  }
}
