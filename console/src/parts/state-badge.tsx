import type { Icon } from '@primer/octicons-react';
import { AlertIcon, CircleIcon, DotFillIcon, SyncIcon, XIcon } from '@primer/octicons-react';

export type StateKind = 'ok' | 'warning' | 'error' | 'neutral';

const SIGNS: Readonly<Record<string, { sign: Icon | string; kind: StateKind }>> = {
  active: { sign: DotFillIcon, kind: 'ok' },
  ok: { sign: DotFillIcon, kind: 'ok' },
  draft: { sign: CircleIcon, kind: 'neutral' },
  archived: { sign: CircleIcon, kind: 'neutral' },
  paused: { sign: '‖', kind: 'neutral' },
  running: { sign: SyncIcon, kind: 'neutral' },
  held: { sign: AlertIcon, kind: 'warning' },
  waiting: { sign: AlertIcon, kind: 'warning' },
  'needs-repair': { sign: AlertIcon, kind: 'warning' },
  failed: { sign: XIcon, kind: 'error' },
};

/** A state as a sign, a colour and a word: never told by colour alone, and drawn, since not every font has the signs. */
export function StateBadge({ state, label }: { readonly state: string; readonly label?: string }) {
  const { sign: Sign, kind } = SIGNS[state] ?? { sign: DotFillIcon, kind: 'neutral' };
  return (
    <span className="state" data-is={kind}>
      <span aria-hidden="true">{typeof Sign === 'string' ? Sign : <Sign size={12} />}</span>
      {label ?? state}
    </span>
  );
}
