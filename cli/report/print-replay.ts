import type { ReplayResult } from '#cli/replay/replay.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { Rejection } from '#core/record/record.ts';
import { marketing, sections, whyNot } from './print-stage.ts';
import { table } from './table.ts';

/** The result of a replay for people. */
export function printReplay(result: ReplayResult, catalog: CompiledCatalog): string {
  const { accepted, rejected, duplicate } = result.records;
  const why = whyNot(result);
  const records = table(['accepted', 'rejected', 'duplicate', 'why'], [[accepted, rejected, duplicate, why]]);
  const shown = result.rejected.length;
  const title = shown < rejected ? `Rejected, the first ${shown} of ${rejected.toLocaleString('en-US')}` : 'Rejected';
  return sections([
    ['Records', records],
    ...foundIn(result),
    shown > 0 && [title, rejectedTable(result.rejected)],
    ...marketing(result, catalog),
  ]);
}

/** `delimiter ";", decimal ","; 2 rows repeat the header` */
export function whatWasFound({
  detected = {},
  repeatedHeaders = 0,
}: {
  readonly detected?: Readonly<Record<string, string>> | undefined;
  readonly repeatedHeaders?: number | undefined;
}): string {
  const settings = Object.entries(detected).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const repeated =
    repeatedHeaders === 0
      ? []
      : [`${repeatedHeaders} ${repeatedHeaders === 1 ? 'row repeats' : 'rows repeat'} the header`];
  return [...(settings.length > 0 ? [settings.join(', ')] : []), ...repeated].join('; ');
}

const foundIn = ({ files = [] }: ReplayResult): [string, string][] =>
  files.length === 0
    ? []
    : [
        [
          'Detected',
          table(
            ['file', 'what'],
            files.map((file) => [file.name, whatWasFound(file)]),
          ),
        ],
      ];

const rejectedTable = (rejected: ReplayResult['rejected']): string =>
  table(
    ['file', 'row', 'at', 'code', 'reason'],
    rejected.flatMap(({ input, row, rejections }) =>
      rejections.map((rejection, i) => [
        i === 0 ? input : '',
        i === 0 && row !== undefined ? row : '',
        rejection.pointer ?? '',
        rejection.code,
        reasonOf(rejection),
      ]),
    ),
  );

/** Messages often say themselves what was expected. */
function reasonOf({ message, expected, found }: Rejection): string {
  const isSaid = expected === undefined || message.toLowerCase().includes(expected.toLowerCase());
  return [message, !isSaid && `expected ${expected}`, found && `found ${found}`].filter(Boolean).join('; ');
}
