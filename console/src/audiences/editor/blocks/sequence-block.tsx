import { ActionIcon, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { XIcon } from '@primer/octicons-react';
import { texts } from '#console/texts/index.ts';
import type { Sequence, Step } from '#core/segmentation/blocks/model.ts';
import { useEditor } from '../context.ts';
import { freeName, newStep } from '../new-blocks.ts';
import { Choice } from './choice.tsx';
import { NumberField } from './number-field.tsx';
import { WhereFields } from './where-fields.tsx';
import { unitsWith } from './window-fields.tsx';

interface SequenceBlockProps {
  readonly block: Sequence;
  readonly onChange: (block: Sequence) => void;
}

const t = texts.rules;

/** Events one after the other, each within a time of the one before. */
export function SequenceBlock({ block, onChange }: SequenceBlockProps) {
  const { isReadOnly } = useEditor();
  const { steps } = block;
  const set = (changed: readonly Step[]): void => onChange({ ...block, steps: changed });
  return (
    <Stack gap="xs">
      {steps.map((step, i) => (
        <fieldset key={step.name} className="step">
          <legend>{t.step(step.name)}</legend>
          <Group gap={6}>
            <NumberField
              label={t.stepCount}
              value={step.count}
              min={0}
              isWhole
              onChange={(count) => set(steps.with(i, { ...step, count }))}
            />
            <Text size="sm">×</Text>
            <Within step={step} before={steps[i - 1]?.name} onChange={(changed) => set(steps.with(i, changed))} />
            {steps.length > 1 && !isReadOnly && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label={t.removeStep}
                onClick={() => set(steps.toSpliced(i, 1))}
              >
                <XIcon size={12} />
              </ActionIcon>
            )}
          </Group>
          <WhereFields where={step.where} onChange={(where) => set(steps.with(i, { ...step, where }))} />
        </fieldset>
      ))}
      {!isReadOnly && (
        <Button
          size="compact-xs"
          variant="default"
          style={{ alignSelf: 'flex-start' }}
          onClick={() => set([...steps, newStep(freeName(steps), { amount: 24, unit: 'hour' })])}
        >
          {t.addStep}
        </Button>
      )}
    </Stack>
  );
}

interface WithinProps {
  readonly step: Step;
  readonly before: string | undefined;
  readonly onChange: (step: Step) => void;
}

function Within({ step, before, onChange }: WithinProps) {
  const { isReadOnly } = useEditor();
  const { within } = step;
  return (
    <>
      <Checkbox
        size="xs"
        label={t.within}
        disabled={isReadOnly}
        checked={within !== undefined}
        onChange={({ currentTarget }) =>
          onChange({ ...step, within: currentTarget.checked ? { amount: 24, unit: 'hour' } : undefined })
        }
      />
      {within && (
        <>
          <NumberField
            label={t.amount}
            value={within.amount}
            min={1}
            isWhole
            onChange={(amount) => onChange({ ...step, within: { ...within, amount } })}
          />
          <Choice
            label={t.unit}
            value={within.unit}
            options={unitsWith(within.unit)}
            onChange={(unit) => onChange({ ...step, within: { ...within, unit } })}
          />
          <Text size="sm">{before === undefined ? t.ofNow : t.ofStep(before)}</Text>
        </>
      )}
    </>
  );
}
