import { Alert, Stack, Text, Title } from '@mantine/core';
import { Failed } from '#console/parts/failed.tsx';
import { count, share } from '#console/parts/number.ts';
import { utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import type { RuleCheck } from '../model.ts';
import { sentenceOf } from '../words.ts';
import type { Checked } from './use-check.ts';

const t = texts.rules.now;

interface NowPanelProps {
  readonly checked: Checked;
  readonly isEmpty: boolean;
  /** How the audience is evaluated until now. */
  readonly methodBefore: string | undefined;
}

/** Whom the rule selects now, how it is evaluated, and where it may go. */
export function NowPanel({ checked, isEmpty, methodBefore }: NowPanelProps) {
  const { last, current, isUpdating, error } = checked;
  const isOld = isUpdating || (current !== undefined && current.problems.length > 0);
  return (
    <section className="tile" aria-label={t.title}>
      <Title order={2}>{t.title}</Title>
      <Stack gap="sm" mt="xs">
        {error && <Failed error={error} />}
        {!last && <Text c="dimmed">{isEmpty || !isUpdating ? t.nothing : `${t.updating}…`}</Text>}
        {last?.estimate && <Estimate check={last} isOld={isOld} isUpdating={isUpdating} />}
        {current && current.problems.length > 0 && (
          <>
            {last && (
              <Text size="sm" c="dimmed">
                {t.broken}
              </Text>
            )}
            <Mistakes title={t.mistakes} color="red" mistakes={current.problems} />
          </>
        )}
        {current && current.doubts.length > 0 && <Mistakes title={t.doubts} color="yellow" mistakes={current.doubts} />}
        {last?.plan && <Plan plan={last.plan} before={methodBefore} />}
        {last?.parts && last.parts.length > 0 && <Parts parts={last.parts} />}
        {last?.destinations && last.destinations.length > 0 && <Allowed destinations={last.destinations} />}
      </Stack>
    </section>
  );
}

interface EstimateProps {
  readonly check: RuleCheck;
  readonly isOld: boolean;
  readonly isUpdating: boolean;
}

function Estimate({ check, isOld, isUpdating }: EstimateProps) {
  const { estimate, optedOut, asOf } = check;
  if (!estimate) return null;
  return (
    <div className="estimate" data-old={isOld} aria-live="polite">
      <Text size="28px" lh="36px" fw={600}>
        {sizeIn(estimate)}
      </Text>
      <Text size="sm" c="dimmed">
        {isUpdating
          ? t.updating
          : isExact(estimate)
            ? t.ofAll(share(estimate.total === 0 ? 0 : estimate.count / estimate.total), count(estimate.total))
            : t.between(count(estimate.low), count(estimate.high))}
      </Text>
      {optedOut && optedOut.count > 0 && (
        <Text size="sm" c="dimmed">
          {t.optedOut(count(optedOut.count))}
        </Text>
      )}
      {asOf !== undefined && (
        <Text size="xs" c="dimmed">
          {t.asOf(utc(asOf))}
        </Text>
      )}
    </div>
  );
}

type Counted = NonNullable<RuleCheck['estimate']>;
const isExact = ({ sampled, total }: Counted): boolean => sampled >= total;
const sizeIn = (estimate: Counted): string =>
  isExact(estimate) ? t.exactly(count(estimate.count)) : t.about(count(estimate.count));

function Plan({
  plan,
  before,
}: {
  readonly plan: NonNullable<RuleCheck['plan']>;
  readonly before: string | undefined;
}) {
  const methods = texts.audiences.methods;
  return (
    <div>
      <Text size="sm" fw={600}>
        {plan.method}, {methods[plan.method]}
      </Text>
      {plan.reasons.map((reason) => (
        <Text key={reason} size="sm" c="dimmed">
          {reason}
        </Text>
      ))}
      {before !== undefined && before !== plan.method && (
        <Text size="sm" className="warning">
          ▲ {t.changed(methods[before] ?? before, methods[plan.method] ?? plan.method)}
        </Text>
      )}
    </div>
  );
}

const Parts = ({ parts }: { readonly parts: NonNullable<RuleCheck['parts']> }) => (
  <div>
    <Text size="sm" fw={600}>
      {t.parts}
    </Text>
    <ul className="parts">
      {parts.map(({ text, estimate, method, reasons }) => (
        <li key={text}>
          <Text size="sm">
            <b>{sizeIn(estimate)}</b> {sentenceOf(text) ?? text}
          </Text>
          <Text size="xs" c="dimmed">
            {method}: {reasons.join(' ')}
          </Text>
        </li>
      ))}
    </ul>
  </div>
);

const Allowed = ({ destinations }: { readonly destinations: NonNullable<RuleCheck['destinations']> }) => (
  <div>
    <Text size="sm" fw={600}>
      {t.allowed}
    </Text>
    {destinations.map(({ id, name, violations }) => (
      <Text key={id} size="sm">
        {name}{' '}
        {violations.length === 0 ? (
          <span className="ok">✓ {t.may}</span>
        ) : (
          <span className="error">✕ {violations.map(({ policy }) => t.mayNot(policy)).join(', ')}</span>
        )}
      </Text>
    ))}
  </div>
);

interface MistakesProps {
  readonly title: string;
  readonly color: string;
  readonly mistakes: RuleCheck['problems'];
}

export const Mistakes = ({ title, color, mistakes }: MistakesProps) => (
  <Alert color={color} variant="outline" title={title} role="status">
    {mistakes.map(({ message, line, column, hint, expected }) => (
      <Text key={`${line} ${column} ${message}`} size="sm">
        {message} ({t.at(line, column)}){expected !== undefined && `, expected ${expected}`}
        {hint !== undefined && `. ${hint}`}
      </Text>
    ))}
  </Alert>
);
