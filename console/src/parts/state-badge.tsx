export type StateKind = 'ok' | 'warning' | 'error' | 'neutral';

const SIGNS: Readonly<Record<string, { sign: string; kind: StateKind }>> = {
  active: { sign: '●', kind: 'ok' },
  ok: { sign: '●', kind: 'ok' },
  draft: { sign: '◌', kind: 'neutral' },
  archived: { sign: '◌', kind: 'neutral' },
  paused: { sign: '‖', kind: 'neutral' },
  running: { sign: '↻', kind: 'neutral' },
  held: { sign: '▲', kind: 'warning' },
  waiting: { sign: '▲', kind: 'warning' },
  'needs-repair': { sign: '▲', kind: 'warning' },
  failed: { sign: '✕', kind: 'error' },
};

/** A state as a sign, a colour and a word: never told by colour alone. */
export function StateBadge({ state, label }: { readonly state: string; readonly label?: string }) {
  const { sign, kind } = SIGNS[state] ?? { sign: '●', kind: 'neutral' };
  return (
    <span className="state" data-is={kind}>
      <span aria-hidden="true">{sign}</span>
      {label ?? state}
    </span>
  );
}
