/** The errors and warnings of the Edge Network, as far as there is a case for them here: code and status → title. */
const TITLES = {
  '0000-503': 'Service unavailable',
  '0001-500': 'Unexpected error',
  '0002-400': 'Datastream id missing',
  '0003-400': 'Invalid datastream ID',
  '0004-422': 'Datastream disabled',
  '0101-400': 'Invalid JSON',
  '0102-400': 'Invalid field type',
  '0103-400': 'Required field missing',
  '0104-422': 'Invalid request',
  '0106-400': 'Content type missing',
  '0109-408': 'Empty request',
  '0110-400': 'State domain missing',
  '0111-415': 'Unsupported content type',
  '0112-413': 'Request too large',
  '0113-400': 'Invalid configuration override',
  '0201-503': 'A service behind is unavailable',
  '0204-200': 'Warning of a service',
  '0301-200': 'No consent',
  '0305-400': 'Invalid identity',
  '0306-400': 'No primary identity',
  '0308-400': 'Invalid identity',
  '0400-403': 'Origin not allowed',
  '0500-401': 'Authentication required',
  '0503-401': 'Invalid key',
} as const;
export type EdgeCode = keyof typeof TITLES;

/** An error or a warning in the shape that clients of the Edge Network know (RFC 7807). */
export interface EdgeProblem {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly report?: Readonly<Record<string, unknown>>;
}

/**
 * An error of a call, or of one of its events.
 * @param detail what was wrong and what to do, for people; never a value of the request
 * @param report `eventIndex` where it is one event's
 */
export const edgeProblem = (
  code: EdgeCode,
  detail: string,
  report?: Readonly<Record<string, unknown>>,
): EdgeProblem => ({
  type: `https://ns.adobe.com/aep/errors/EXEG-${code}`,
  status: Number(code.slice(-3)),
  title: TITLES[code],
  detail,
  ...(report && { report }),
});

/** Whether it is a problem instead of what was asked for. */
export const isEdgeProblem = (value: object): value is EdgeProblem => 'type' in value && 'title' in value;
