import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import { useMay } from '#console/api/may.ts';
import { texts } from '#console/texts/index.ts';

interface Props extends ButtonProps {
  /** What one needs: `audience:write`. */
  readonly scope: string;
  readonly onClick: () => void;
  /** Why it cannot be done now, whoever wants to. */
  readonly obstacle?: string | undefined;
}

/** A button that says why it cannot be used, instead of doing nothing or not being there. */
export function Guarded({ scope, onClick, obstacle, ...props }: Props) {
  const may = useMay(scope);
  const why = may ? obstacle : texts.states.needsScope(scope);
  return (
    <Tooltip label={why} disabled={why === undefined} events={{ hover: true, focus: true, touch: true }}>
      <Button
        {...props}
        {...(why !== undefined && { 'data-disabled': true, 'aria-disabled': true })}
        onClick={(event) => (why === undefined ? onClick() : event.preventDefault())}
      />
    </Tooltip>
  );
}
