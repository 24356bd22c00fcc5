import { Alert, Stack, Text } from '@mantine/core';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { wordsOf } from '#core/segmentation/blocks/words.ts';
import { decisive, type ExplainedPart, type ExplainedValue, type Explanation } from './model.ts';

const t = texts.explain;
/** Events of a condition that are named. */
const NEWEST = 5;

/** Why somebody is in an audience or is not: the rule part by part, with what was found for each. */
export function ExplainTree({ explanation }: { readonly explanation: Explanation }) {
  const { audience, isMember, optedOut, evaluated, rule, asOf } = explanation;
  const deciding = decisive(rule);
  return (
    <Stack gap="md">
      <Text fw={600}>{isMember ? t.isIn(audience.name) : t.isNotIn(audience.name)}</Text>
      {optedOut && (
        <Alert color="yellow" variant="outline">
          {t.optedOut}
        </Alert>
      )}
      {evaluated && (evaluated.status === 'realized') !== isMember && (
        <Alert color="gray" variant="outline">
          {t.evaluated(evaluated.status === 'realized', utc(evaluated.since))}
        </Alert>
      )}
      {rule.changesAt !== undefined && <Text size="sm">{t.changesAt(isMember, utc(rule.changesAt))}</Text>}
      <ul className="explained">
        <Part part={rule} />
      </ul>
      {!isMember && !optedOut && deciding.length > 0 && (
        <div>
          <Text fw={600} size="sm">
            {t.fewest(deciding.length)}
          </Text>
          <ul>
            {deciding.map((part) => (
              <li key={part.text}>
                <Text size="sm">{inWords(part.text)}</Text>
              </li>
            ))}
          </ul>
        </div>
      )}
      <Text size="xs" c="dimmed">
        {t.asOf(utc(asOf))}
      </Text>
    </Stack>
  );
}

function Part({ part }: { readonly part: ExplainedPart }) {
  const { kind, text, isTrue, parts, values, events, changesAt } = part;
  return (
    <li>
      <span className="verdict" data-is={isTrue ? 'ok' : 'error'}>
        <span aria-hidden="true">{isTrue ? '✓' : '✗'}</span> {isTrue ? t.yes : t.no}
      </span>{' '}
      <Text span size="sm">
        {kind === 'condition' ? inWords(text) : t.joins[kind]}
      </Text>
      {values?.map((value) => (
        <Text key={value.path} size="sm" c="dimmed">
          {value.path} = {shown(value)}
        </Text>
      ))}
      {values?.length === 0 && !events && (
        <Text size="sm" c="dimmed">
          {t.nothing}
        </Text>
      )}
      {events && (
        <Text size="sm" c="dimmed">
          {t.events(events.count)}
          {events.newest
            .slice(0, NEWEST)
            .map(({ time, type }) => ` · ${type === undefined ? '' : `${type} `}${utc(time)}`)}
        </Text>
      )}
      {changesAt !== undefined && kind === 'condition' && (
        <Text size="sm" c="dimmed">
          {t.partChangesAt(isTrue, utc(changesAt))}
        </Text>
      )}
      {parts.length > 0 && (
        <ul className="explained">
          {parts.map((one, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of a rule have no other name, and stay in their order
            <Part key={i} part={one} />
          ))}
        </ul>
      )}
    </li>
  );
}

function shown({ value, isMasked }: ExplainedValue): string {
  if (isMasked) return t.masked;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A part that stands alone in words; one that needs what is around it, as it is written. */
function inWords(text: string): string {
  try {
    return wordsOf(blocksOf(text));
  } catch {
    return text;
  }
}
