import { Logger } from '@aws-lambda-powertools/logger';

/** What a log line says besides its message. Never anything about a person: no identities, attributes, bodies. */
export type LogFields = Readonly<Record<string, unknown>>;

/** JSON lines through Powertools, made on first use so that `POWERTOOLS_LOG_LEVEL` can still be set. */
let logger: Logger | undefined;
const log = (): Logger => {
  logger ??= new Logger({ serviceName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'tributary' });
  return logger;
};

/** The line that every invocation writes at least: how much there was, and what became of it. */
export function logBatch(fields: LogFields): void {
  log().info('batch', { ...fields });
}

/** Something that was left for another try, or for a person. One line, no stack of values. */
export function logFailure(error: unknown, fields: LogFields = {}): void {
  log().error('failure', { ...fields, error: describeError(error) });
}

/** What may be said of an error: its name, and the first line of its text. */
export const describeError = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message.split('\n', 1)[0]}`
    : 'something that is no Error was thrown';
