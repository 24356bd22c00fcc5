import { Popover, Text, UnstyledButton } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import type { Audience } from '../model.ts';

interface MethodProps {
  readonly plan: Audience['plan'] | undefined;
  readonly name: string;
}

/** How an audience is evaluated; why, at a click. */
export function Method({ plan, name }: MethodProps) {
  if (!plan) return <span>–</span>;
  return (
    <Popover width={320} position="bottom-start" withArrow>
      <Popover.Target>
        <UnstyledButton className="why" aria-label={`${plan.method}. ${texts.audiences.why(name)}`}>
          {plan.method}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        {plan.reasons.map((reason) => (
          <Text key={reason} size="sm">
            {reason}
          </Text>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
